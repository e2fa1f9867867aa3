/** Where the keyboard goes when something opens. */
import type { Directive } from 'vue'

/** `v-focus-first` on a form that was just opened: its first field to type in is ready. */
export const vFocusFirst: Directive<HTMLElement> = {
  mounted: (form) => form.querySelector<HTMLElement>('input:not([type="checkbox"]), textarea')?.focus(),
}
