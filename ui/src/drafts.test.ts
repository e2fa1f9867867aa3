import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { useDraft, type Draft, type DraftKeeper } from './drafts'

interface Said { text: string }
function opened(kept: Said | null, fails = false) {
  const keeper = {
    load: vi.fn(async () => kept),
    save: vi.fn(async () => { if (fails) throw new Error('full') }),
    drop: vi.fn(async () => {}),
  } satisfies DraftKeeper<Said>
  let draft!: Draft<Said>
  const page = mount(defineComponent({ setup: () => { draft = useDraft('quick', () => ({ text: '' }), keeper); return () => h('div') } }))
  return { draft, keeper, page }
}

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

describe('a draft', () => {
  it('is saved once typing pauses, with the last of what was typed', async () => {
    const { draft, keeper } = opened(null)
    await draft.ready
    draft.value.value.text = '楼'
    draft.value.value.text = '楼道'
    await vi.advanceTimersByTimeAsync(399)
    expect(keeper.save).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(keeper.save.mock.calls).toEqual([['quick', { text: '楼道' }]])
    expect(draft.state.value).toBe('saved')
  })
  it('comes back, and coming back is no change', async () => {
    const { draft, keeper } = opened({ text: '昨天写的' })
    await draft.ready
    await vi.advanceTimersByTimeAsync(1000)
    expect(draft.value.value.text).toBe('昨天写的')
    expect(keeper.save).not.toHaveBeenCalled()
  })
  it('does not come back over what was typed meanwhile', async () => {
    const { draft } = opened({ text: '昨天写的' })
    draft.value.value.text = '新的'
    await draft.ready
    expect(draft.value.value.text).toBe('新的')
  })
  it('is saved at once when the page is left', async () => {
    const { draft, keeper, page } = opened(null)
    await draft.ready
    draft.value.value.text = '走了'
    page.unmount()
    await vi.advanceTimersByTimeAsync(0)
    expect(keeper.save).toHaveBeenCalledOnce()
  })
  it('says so when it could not be saved', async () => {
    const { draft } = opened(null, true)
    await draft.ready
    draft.value.value.text = '满了'
    await draft.flush()
    expect(draft.state.value).toBe('failed')
  })
  it('is gone after the real save', async () => {
    const { draft, keeper } = opened({ text: '旧' })
    await draft.ready
    await draft.finish()
    await vi.advanceTimersByTimeAsync(1000)
    expect([draft.value.value.text, draft.state.value]).toEqual(['', 'empty'])
    expect(keeper.drop).toHaveBeenCalledOnce()
    expect(keeper.save).not.toHaveBeenCalled()
  })
})
