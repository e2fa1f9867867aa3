/** The size of everything: standard, large, extra large, double. Kept on this machine; Ctrl and + − 0 change it. */
import { ref } from 'vue'

/** The sizes, smallest first, with the word on screen. */
export const sizes = [
  { value: 'standard', label: '标准' },
  { value: 'large', label: '大字' },
  { value: 'extra', label: '特大字' },
  { value: 'double', label: '两倍' },
] as const

/** A size's name, as on `<html data-size>`. */
export type Size = (typeof sizes)[number]['value']

const PLACE = 'xinghuo.size'

/** The size now. */
export const size = ref<Size>('standard')

/** Changes the size and remembers it. */
export function setSize(value: Size): void {
  size.value = value
  document.documentElement.dataset.size = value
  try {
    localStorage.setItem(PLACE, value)
  } catch {
    // A machine that keeps nothing shows the standard size next time.
  }
}

/** Sets the remembered size and listens for Ctrl with + − 0. Called once, by the program's start. */
export function startSize(): void {
  let kept: string | null = null
  try {
    kept = localStorage.getItem(PLACE)
  } catch {
    // As above.
  }
  setSize(sizes.find(({ value }) => value === kept)?.value ?? 'standard')
  window.addEventListener('keydown', (event) => {
    if (!event.ctrlKey || event.altKey) return
    const step = event.key === '=' || event.key === '+' ? 1 : event.key === '-' ? -1 : event.key === '0' ? 0 : null
    if (step === null) return
    event.preventDefault()
    const place = sizes.findIndex(({ value }) => value === size.value)
    const next = step === 0 ? sizes[0] : sizes[Math.min(Math.max(place + step, 0), sizes.length - 1)]
    if (next) setSize(next.value)
  })
}
