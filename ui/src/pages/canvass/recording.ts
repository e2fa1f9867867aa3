/** Results typed as fast as one reads them off a list: shown at once, stored one after the other. */
import { ref, shallowReactive, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { CanvassResult } from '../../bindings/CanvassResult'
import type { NewCanvassVisit } from '../../bindings/NewCanvassVisit'
import type { Saved } from '../../bindings/Saved'
import { order } from '../../desk'
import { asFailure, type Failure } from '../../transport'
import type { Cell } from './plan'

/** What is being stored. */
export interface Recording {
  /** What stands in a room, with what was typed for it and is not stored yet. */
  resultOf: (cell: Cell) => CanvassResult | null
  /** Stores a visit after those before it; false when it was refused. */
  record: (key: string, visit: NewCanvassVisit) => Promise<boolean>
  /** The rooms were read again: what was stored stands in them now. */
  settle: () => void
  /** What went wrong, and at which room. */
  failure: ShallowRef<Failure | null>
  failed: Ref<string | null>
}

export function useRecording(): Recording {
  const waiting = shallowReactive(new Map<string, { result: CanvassResult; stored: boolean }>())
  const failure = shallowRef<Failure | null>(null)
  const failed = ref<string | null>(null)
  let chain: Promise<unknown> = Promise.resolve()

  const record = (key: string, visit: NewCanvassVisit): Promise<boolean> => {
    const mine = { result: visit.result, stored: false }
    waiting.set(key, mine)
    const done = chain.then(async () => {
      try {
        await order<Saved>({ ask: 'add_canvass_visit', ...visit })
        mine.stored = true
        failure.value = null
        return true
      } catch (thrown) {
        if (waiting.get(key) === mine) waiting.delete(key)
        failure.value = asFailure(thrown)
        failed.value = key
        return false
      }
    })
    chain = done
    return done
  }
  const settle = (): void => { for (const [key, { stored }] of waiting) if (stored) waiting.delete(key) }
  return { resultOf: ({ key, room }) => waiting.get(key)?.result ?? room.result, record, settle, failure, failed }
}
