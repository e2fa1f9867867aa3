import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import type { Ask } from './bindings/Ask'
import { onChanged, order, runJob, undoLast, useAnswer, wasStopped } from './desk'
import { said, unsay } from './notices'

const call = vi.hoisted(() => vi.fn())
vi.mock('./transport', async (load) => ({ ...(await load<typeof import('./transport')>()), call }))

/** The questions asked, without the standing one about the copy. */
const asked = () => call.mock.calls.map(([ask]) => ask as Ask).filter(({ ask }) => ask !== 'status')
const answers = (given: Record<string, unknown>) => call.mockImplementation(({ ask }: Ask) => Promise.resolve(given[ask] ?? null))
const note: Ask = { ask: 'note_request', id: 'r', on: '2024-11-05', text: '上门' }

beforeEach(() => {
  call.mockReset()
  for (const { id } of said.value) unsay(id)
})

describe('an order', () => {
  it('is confirmed with a way back, which takes back that very save', async () => {
    answers({ note_request: { id: 'r', save: 7, message: '已记下。', changed: ['request_step'] }, undo_save: { message: '已撤销。', changed: ['request_step'] } })
    await order(note)
    expect(said.value.map(({ text }) => text)).toEqual(['已记下。'])
    said.value[0]?.undo?.()
    await vi.waitFor(() => expect(said.value.map(({ text }) => text)).toContain('已撤销。'))
    expect(asked().at(-1)).toEqual({ ask: 'undo_save', save: 7 })
  })
  it('offers no way back where nothing was different', async () => {
    answers({ note_request: { id: 'r', save: 0, message: '没有改动。', changed: [] } })
    await order(note)
    expect(said.value[0]?.undo).toBeUndefined()
  })
  it('says why it could not be taken back', async () => {
    call.mockImplementation(({ ask }: Ask) => (ask === 'undo' ? Promise.reject({ code: 'x', message: '之后又有改动。', advice: '请直接修改。' }) : Promise.resolve({})))
    await undoLast()
    expect(said.value[0]?.text).toBe('之后又有改动。请直接修改。')
  })
  it('is heard by the open pages that show those kinds, until they close', async () => {
    answers({ note_request: { id: 'r', save: 1, message: '', changed: ['request_step'] } })
    const [requests, people] = [vi.fn(), vi.fn()]
    const page = mount(defineComponent(() => {
      onChanged(['request_step'], requests)
      onChanged(['person'], people)
      return () => h('p')
    }))
    await order(note)
    page.unmount()
    await order(note)
    expect(requests).toHaveBeenCalledTimes(1)
    expect(people).not.toHaveBeenCalled()
  })
})

describe('an answer on a page', () => {
  it('is the latest one, however late an earlier one comes', async () => {
    const waiting: ((text: string) => void)[] = []
    call.mockImplementation(() => new Promise((done) => waiting.push(done)))
    const page = mount(defineComponent(() => {
      const { value, load } = useAnswer<string>(() => ({ ask: 'load_draft', key: 'x' }), [])
      return () => h('p', { onClick: load }, value.value ?? '')
    }))
    await page.trigger('click')
    await page.trigger('click')
    waiting[1]?.('后一次')
    waiting[0]?.('前一次')
    await vi.waitFor(() => expect(page.text()).toBe('后一次'))
    page.unmount()
  })
})

describe('a long job', () => {
  it('reports how far it is until it ends', async () => {
    vi.useFakeTimers()
    let end: (value: string) => void = () => {}
    call.mockImplementation(({ ask }: Ask) => (ask === 'progress' ? Promise.resolve({ what: '读取', done: 5, total: 9 }) : new Promise((done) => { end = done })))
    const seen = vi.fn()
    const job = runJob<string>({ ask: 'roster_store' }, seen)
    await vi.advanceTimersByTimeAsync(450)
    end('好了')
    expect(await job).toBe('好了')
    await vi.advanceTimersByTimeAsync(1000)
    expect(seen).toHaveBeenCalledTimes(2)
    vi.useRealTimers()
  })
  it.each([['cancelled', true], ['roster.cancelled', true], ['field', false]])('%s means stopped: %s', (code, stopped) =>
    expect(wasStopped({ code, message: '', advice: '' })).toBe(stopped))
})
