/** Where the keyboard goes when something opens. */
import type { Directive } from 'vue'

/** `v-focus-first` on a form that was just opened: its first field to type in is ready. */
export const vFocusFirst: Directive<HTMLElement> = {
  mounted: (form) => form.querySelector<HTMLElement>('input:not([type="checkbox"]), textarea')?.focus(),
}

/** `v-shown` on a row: the one the address names is brought into view, and the keyboard goes on from there. */
export const vShown: Directive<HTMLElement, boolean> = {
  mounted: (row, { value }) => { if (value) show(row) },
  updated: (row, { value, oldValue }) => { if (value && !oldValue) show(row) },
}

function show(row: HTMLElement): void {
  row.scrollIntoView({ block: 'start' })
  row.tabIndex = -1
  row.focus({ preventScroll: true })
}
