import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import type { Ask } from '../bindings/Ask'
import { NONE, picked, useMatters, withNone } from './matters'

const call = vi.hoisted(() => vi.fn())
vi.mock('../transport', async (load) => ({ ...(await load<typeof import('../transport')>()), call }))

const choices = [{ value: 'a', label: '关于停车' }]
describe('what a record is about', () => {
  it('may be nothing', () => {
    expect(withNone(choices, null, null).map(({ value }) => value)).toEqual([NONE, 'a'])
    expect([picked(NONE), picked('a'), picked(null)]).toEqual([null, 'a', null])
  })
  it('stays what it is though its month is past', () => {
    expect(withNone(choices, 'z', '议题：关于绿化').at(-1)).toEqual({ value: 'z', label: '议题：关于绿化' })
    expect(withNone(choices, 'a', '关于停车')).toHaveLength(2)
  })
  it('may be a rule of the house, unless it has ended', async () => {
    const rule = (id: string, until: string | null) => ({ rule: { id, title: `规则${id}`, until }, in_force: true, adopted: null })
    call.mockImplementation(({ ask }: Ask) => Promise.resolve(ask === 'order' ? { rules: [rule('old', '2020-01-01'), rule('new', null)], campaigns: [], adopted: [] } : null))
    const page = mount(defineComponent(() => {
      const matters = useMatters()
      return () => h('p', matters.value.rules.map(({ value, label, note }) => `${value} ${label} ${note}`).join('；'))
    }))
    await flushPromises()
    expect(page.text()).toBe('new 规则new 小区规则')
    page.unmount()
  })
})
