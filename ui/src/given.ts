/** Files that came by themselves: dropped on the window, or the program was opened with them. */
import { shallowRef } from 'vue'
import { onFiles, type Picked } from './transport'

/** Those no page has taken yet. */
export const given = shallowRef<readonly Picked[]>([])

/** Starts to listen. Called once, by the frame. */
export async function startGiven(): Promise<void> {
  await onFiles((files) => { given.value = [...given.value, ...files] })
}

/** Hands over the files that fit, and leaves the others. */
export function takeGiven(fits: (file: Picked) => boolean): Picked[] {
  const taken = given.value.filter(fits)
  if (taken.length > 0) given.value = given.value.filter((file) => !fits(file))
  return taken
}

/** Whether a file may be a data package: chat programs change its name, so only what it surely is not counts. */
export function mayBePackage({ name }: Picked): boolean {
  return !/\.(xlsx?|et|csv|jpe?g|png|docx?|pdf|xinghuo-backup)$/i.test(name)
}

/** Whether it calls itself a join request (入网申请). */
export function isJoinRequest({ name }: Picked): boolean {
  return /\.xinghuo-join$/i.test(name)
}
