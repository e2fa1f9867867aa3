/**
 * The only door out of the page. A question goes to the desk through the window's one command; the
 * native file dialogs and the files dropped on the window come through here too. Nothing else in
 * the pages imports `@tauri-apps`.
 */
import { convertFileSrc, invoke, isTauri } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'

/** A question: its name and its fields. */
export type Question = { ask: string } & Record<string, unknown>

/** What went wrong, in words for the person. */
export interface Failure {
  /** Stable, for tests and for the handbook. */
  code: string
  /** What happened. */
  message: string
  /** What to do. */
  advice: string
  /** The field of the form it is about. */
  field?: string | null
}

/** A file the person chose. `path` is a handle to put into a question's `path` field, not a real path. */
export interface Picked {
  path: string
  name: string
}

/** What a file is wanted for. */
export type Purpose = 'bundle' | 'roster' | 'join' | 'backup' | 'attachment' | 'any'

/** Asks the desk. Rejects with a {@link Failure}, never with anything else. */
export async function call<T>(question: Question): Promise<T> {
  return through<T>('ask', { ask: question })
}

/** Opens the system's dialog to choose files; empty when cancelled. */
export async function pickFile(purpose: Purpose): Promise<Picked[]> {
  return through<Picked[]>('pick_file', { purpose })
}

/** Opens the system's dialog to say where a file goes; null when cancelled. */
export async function pickSave(suggested: string): Promise<Picked | null> {
  return through<Picked | null>('pick_save', { suggested })
}

/** Hears of files dropped on the window or opened with the program. Returns how to stop hearing. */
export async function onFiles(heard: (files: Picked[]) => void): Promise<() => void> {
  if (!isTauri()) return () => {}
  const stop = await listen<Picked[]>('files-given', (event) => heard(event.payload))
  const waiting = await through<Picked[]>('opened_with', {})
  if (waiting.length > 0) heard(waiting)
  return stop
}

/** Where the page finds the picture of an attachment, the small or the whole one: by its id. */
export function pictureOf(attachment: string, size: 'small' | 'whole'): string {
  return isTauri() ? `${convertFileSrc('', 'attachment')}${size}/${attachment}` : ''
}

/** Makes a {@link Failure} of whatever was thrown. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown && 'advice' in thrown) {
    return thrown as Failure
  }
  return {
    code: 'unexpected',
    message: '这一步没有做成。',
    advice: '已经保存的内容都在。请再试一次；还不行，请关闭程序重新打开。',
    field: null,
  }
}

async function through<T>(command: string, fields: Record<string, unknown>): Promise<T> {
  if (!isTauri()) {
    throw { code: 'noDesk', message: '这里没有连着工作台。', advice: '请从桌面图标打开程序。', field: null } satisfies Failure
  }
  try {
    return await invoke<T>(command, fields)
  } catch (thrown) {
    throw asFailure(thrown)
  }
}
