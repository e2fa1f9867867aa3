/** What was just done, said at the foot of the window, with the way back. */
import { shallowRef } from 'vue'

/** A confirmation. */
export interface Said {
  id: number
  text: string
  /** Takes it back. */
  undo?: () => void
}

/** The notice shown, if any. */
export const said = shallowRef<readonly Said[]>([])

let last = 0

/** Confirms an act for `stay` ms (12 s: slow readers first), with «撤销» where there is a way back. */
export function say(text: string, undo?: () => void, stay = 12_000): number {
  last += 1
  const id = last
  // One at a time: what was done before can still be taken back with Ctrl+Z.
  said.value = [{ id, text, undo }]
  setTimeout(() => unsay(id), stay)
  return id
}

/** Takes a notice away. */
export function unsay(id: number): void {
  said.value = said.value.filter((notice) => notice.id !== id)
}
