/**
 * What every page needs of the desk: how the copy stands, orders that confirm themselves with a way
 * back, long jobs with their progress, and word of what changed so that open pages read again.
 */
import { computed, onBeforeUnmount, reactive, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Ask } from './bindings/Ask'
import type { Done } from './bindings/Done'
import type { Level } from './bindings/Level'
import type { Progress } from './bindings/Progress'
import type { Role } from './bindings/Role'
import type { Status } from './bindings/Status'
import type { DraftKeeper } from './drafts'
import { say } from './notices'
import { asFailure, call, type Failure } from './transport'

/** How the copy stands; null until it was asked. */
export const desk = reactive<{ status: Status | null }>({ status: null })

/** Asks how the copy stands. */
export async function refreshStatus(): Promise<Status> {
  return (desk.status = await call<Status>({ ask: 'status' }))
}

const levels: Record<Role, Level | null> = { secretary: null, committee: null, office: 'community', street: 'street', district: 'district' }

/** How high this copy's office stands; null in a compound's branch. */
export const level = computed((): Level | null => (desk.status?.role ? levels[desk.status.role] : null))
/** Whether only figures are read here: the street and the district open no compound. */
export const figuresOnly = computed(() => level.value === 'street' || level.value === 'district')
/** What the office above is called, and what joins this one from below. */
export const wordAbove = computed(() => (level.value === null ? '社区' : level.value === 'community' ? '街道' : '区'))
export const wordBelow = computed(() => (level.value === 'district' ? '街道' : level.value === 'street' ? '社区' : '小区'))

/** Whether records may be written here: the office reads its compounds, their branches write them. */
export const mayWrite = computed(() => level.value === null)

/** What quick entry (快速登记) starts with. */
export type EntryKind = 'opinion' | 'request' | 'visit'

/** Quick entry beside the page; null while it is closed. */
export const quickEntry = ref<{ kind: EntryKind; /** The day it starts with; today without. */ on?: string } | null>(null)

/** Opens quick entry. A draft that is being written stays as it is. */
export function writeDown(kind: EntryKind, on?: string): void {
  quickEntry.value = { kind, on }
}

interface Reader {
  kinds: readonly string[]
  reload: () => void
}
const readers = new Set<Reader>()

/** Tells the open pages which kinds of record changed; an empty list means «perhaps all of them». */
export function broadcast(kinds: readonly string[]): void {
  for (const reader of [...readers]) {
    if (kinds.length === 0 || reader.kinds.length === 0 || reader.kinds.some((kind) => kinds.includes(kind))) reader.reload()
  }
  void refreshStatus().catch(() => {})
}

/** Calls `reload` when records of these kinds change (any kind where the list is empty), while the page is open. */
export function onChanged(kinds: string[], reload: () => void): void {
  const reader = { kinds, reload }
  readers.add(reader)
  onBeforeUnmount(() => readers.delete(reader))
}

/** Carries out an order, confirms it with «撤销» where it was saved, and tells the open pages. Rejects with a Failure. */
export async function order<T extends { message: string }>(ask: Ask): Promise<T> {
  const answer = await call<T>(ask)
  const { save, changed } = answer as { save?: number; changed?: string[] }
  // Number 0: there is nothing to take back.
  say(answer.message, save ? () => void takeBack({ ask: 'undo_save', save }) : undefined)
  broadcast(changed ?? [])
  return answer
}

/** Takes back the last own save (Ctrl+Z), or says that there is none. */
export async function undoLast(): Promise<void> {
  const offer = await call<unknown>({ ask: 'undo_offer' }).catch(() => null)
  if (offer === null) say('没有可以撤销的。')
  else await takeBack({ ask: 'undo' })
}

async function takeBack(ask: Ask): Promise<void> {
  try {
    await order<Done>(ask)
  } catch (thrown) {
    const { message, advice } = asFailure(thrown)
    say(`${message}${advice}`)
  }
}

/** Runs a long job and reports how far it is, five times a second. */
export async function runJob<T>(ask: Ask, onProgress: (progress: Progress) => void): Promise<T> {
  let running = true
  const poll = async (): Promise<void> => {
    const progress = await call<Progress | null>({ ask: 'progress' }).catch(() => null)
    if (!running) return
    if (progress) onProgress(progress)
    timer = setTimeout(() => void poll(), 200)
  }
  let timer = setTimeout(() => void poll(), 200)
  try {
    return await call<T>(ask)
  } finally {
    running = false
    clearTimeout(timer)
  }
}

/** Asks the running job to stop; it leaves everything as it was. */
export async function stopJob(): Promise<void> {
  await call<Done>({ ask: 'stop' })
}

/** Whether a long job ended because the person stopped it. */
export function wasStopped(thrown: unknown): boolean {
  return /(^|\.)cancelled$/.test(asFailure(thrown).code)
}

/** An answer on a page: what came, or why nothing came. */
export interface Answer<T> {
  value: ShallowRef<T | null>
  failure: ShallowRef<Failure | null>
  busy: Ref<boolean>
  /** Asks again; the answer to an earlier question never overwrites a later one. */
  load(): Promise<void>
}

/** Asks when called for and whenever one of `kinds` changed. What stood there stays until the new answer comes. */
export function useAnswer<T>(ask: () => Ask, kinds: string[]): Answer<T> {
  const value = shallowRef<T | null>(null)
  const failure = shallowRef<Failure | null>(null)
  const busy = ref(false)
  let asked = 0
  const load = async (): Promise<void> => {
    const mine = ++asked
    busy.value = true
    try {
      const answer = await call<T>(ask())
      if (mine !== asked) return
      value.value = answer
      failure.value = null
    } catch (thrown) {
      if (mine === asked) failure.value = asFailure(thrown)
    }
    if (mine === asked) busy.value = false
  }
  onChanged(kinds, () => void load())
  return { value, failure, busy, load }
}

/** Keeps drafts at the desk, as JSON text. */
export function deskDrafts<T>(): DraftKeeper<T> {
  return {
    load: async (key) => {
      const text = await call<string | null>({ ask: 'load_draft', key })
      return text === null ? null : (JSON.parse(text) as T)
    },
    save: async (key, value) => { await call<Done>({ ask: 'save_draft', key, text: JSON.stringify(value) }) },
    drop: async (key) => { await call<Done>({ ask: 'drop_draft', key }) },
  }
}
