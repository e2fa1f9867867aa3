/**
 * Every key of the program in one place: who listens, which key wins, and what must wait for the
 * input method. A page says what its keys do with {@link useKeys}; the page opened last wins.
 */
import { onBeforeUnmount, onMounted, type Directive } from 'vue'

/** The keys the program knows. Esc closes, F2 changes what is shown, F3 goes to the find box, Ctrl+N writes something down, Ctrl+O chooses files, Left and Right turn pictures. */
export type Key = 'Ctrl+N' | 'Ctrl+P' | 'Ctrl+K' | 'Ctrl+O' | 'Ctrl+S' | 'Ctrl+Z' | 'Ctrl+Enter' | 'F2' | 'F3' | 'Esc' | 'Left' | 'Right' | '1' | '2' | '3' | '4'

/** What keys do. Returning `false` hands the key on to who listened before. */
export type KeyActions = Partial<Record<Key, (event: KeyboardEvent) => boolean | void>>

const listeners: KeyActions[] = []

/** True while an input method composes: Enter and letters belong to it then. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}

const names: Record<string, string> = { Escape: 'Esc', ArrowLeft: 'Left', ArrowRight: 'Right' }

/** The name of the key pressed, as in {@link Key}; null when it is none of ours. */
export function nameOf(event: KeyboardEvent): Key | null {
  const letter = names[event.key] ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key)
  const ctrl = event.ctrlKey || event.metaKey
  if (event.altKey || event.shiftKey) return null
  if (ctrl) return ['N', 'P', 'K', 'O', 'S', 'Z', 'Enter'].includes(letter) ? (`Ctrl+${letter}` as Key) : null
  return ['F2', 'F3', 'Esc', 'Left', 'Right', '1', '2', '3', '4'].includes(letter) ? (letter as Key) : null
}

/** Listens for keys while the component is on the page. */
export function useKeys(actions: KeyActions): void {
  onMounted(() => listeners.push(actions))
  onBeforeUnmount(() => {
    const place = listeners.indexOf(actions)
    if (place >= 0) listeners.splice(place, 1)
  })
}

/** Hands a pressed key to the latest listener that wants it. Called once, by the program's start. */
export function press(event: KeyboardEvent): void {
  if (composing(event) || event.defaultPrevented) return
  const key = nameOf(event)
  if (key === null) return
  // Figures, arrows and undo belong to the field being typed in; figures pressed beside the page are not the page's.
  if (typing(event.target) && (key.length === 1 || key === 'Ctrl+Z' || key === 'Left' || key === 'Right')) return
  if (beside(event.target) && key.length === 1) return
  // A field that is read when it is left (a day, an amount) is read before its form is saved.
  if ((key === 'Ctrl+S' || key === 'Ctrl+Enter') && typing(event.target)) event.target?.dispatchEvent(new Event('change', { bubbles: true }))
  for (const actions of [...listeners].reverse()) {
    const action = actions[key]
    if (action && action(event) !== false) {
      event.preventDefault()
      return
    }
  }
  // Never the web view's own: a new window, its print dialog, its find bar.
  if (key === 'Ctrl+N' || key === 'Ctrl+O' || key === 'Ctrl+P' || key === 'Ctrl+S' || key === 'F3') event.preventDefault()
}

/** True where letters typed go into a field. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable="true"]')
}

/** True beside the page: in its drawer or in a dialog. */
export function beside(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('#drawer, [role=dialog]') !== null
}

const FIELDS = 'input:not([type="hidden"]):not(:disabled), textarea:not(:disabled), [data-field]:not(:disabled)'

/**
 * `v-enter-next` on a form: Enter goes to the next field, and on the last one submits the form. In a
 * text area Enter is a new line and Ctrl+Enter goes on. Nothing happens while composing.
 */
export const vEnterNext: Directive<HTMLFormElement> = {
  mounted(form) {
    form.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || composing(event) || event.defaultPrevented) return
      const field = event.target
      if (!(field instanceof HTMLElement) || !field.matches(FIELDS)) return
      if (field.tagName === 'TEXTAREA' && !event.ctrlKey) return
      event.preventDefault()
      goOn(field)
    })
    form.dataset.enterNext = ''
  },
}

/** Goes from a field to the next one of its form; from the last one, submits. Only where Enter does so. */
export function goOn(field: HTMLElement): void {
  const form = field.closest<HTMLFormElement>('form[data-enter-next]')
  if (!form) return
  const fields = [...form.querySelectorAll<HTMLElement>(FIELDS)]
  const next = fields[fields.indexOf(field) + 1]
  if (next) next.focus()
  else form.requestSubmit()
}
