import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref, withDirectives } from 'vue'
import type { Hit } from '../bindings/Hit'
import { vEnterNext } from '../keys'
import FindBox from './FindBox.vue'
import KeyChoices from './KeyChoices.vue'

const hit = (kind: Hit['kind'], id: string): Hit => ({ kind, id, title: id, detail: '', month: null })

describe('the find box', () => {
  beforeEach(() => { vi.useFakeTimers() })
  const seek = vi.fn<(text: string) => Promise<Hit[]>>()
  const open = () => mount(FindBox, { props: { seek }, attachTo: document.body })
  const titles = (box: ReturnType<typeof open>) => box.findAll('[role=option]').map((one) => one.text())

  it('asks once for quick typing, groups by kind, and opens what the arrows chose', async () => {
    seek.mockReset().mockResolvedValue([hit('person', '周秀英'), hit('request', '漏水'), hit('person', '周建国')])
    const box = open()
    await box.find('input').setValue('z')
    await box.find('input').setValue('zxy')
    await vi.advanceTimersByTimeAsync(80)
    expect(seek.mock.calls).toEqual([['zxy']])
    expect(titles(box)).toEqual(['周秀英', '周建国', '漏水'])
    await box.find('input').trigger('keydown', { key: 'ArrowDown' })
    await box.find('input').trigger('keydown', { key: 'Enter', isComposing: true })
    expect(box.emitted('open')).toBeUndefined()
    await box.find('input').trigger('keydown', { key: 'Enter' })
    expect(box.emitted('open')).toEqual([[hit('person', '周建国')]])
    expect(box.find('input').element.value).toBe('')
    box.unmount()
  })
  it('opens the first one when Enter came before the answer', async () => {
    seek.mockReset().mockResolvedValue([hit('person', '周秀英')])
    const box = open()
    await box.find('input').setValue('zxy')
    await box.find('input').trigger('keydown', { key: 'Enter' })
    await vi.advanceTimersByTimeAsync(80)
    expect(box.emitted('open')).toEqual([[hit('person', '周秀英')]])
    box.unmount()
  })
  it('says how else to search when it finds nothing', async () => {
    seek.mockReset().mockResolvedValue([])
    const box = open()
    await box.find('input').setValue('qq')
    await vi.advanceTimersByTimeAsync(80)
    expect(box.get('[role=status]').text()).toContain('没有找到“qq”')
    box.unmount()
  })
})

describe('choices by key', () => {
  beforeEach(() => { vi.useRealTimers() })
  const form = () => mount(defineComponent(() => {
    const value = ref<string | null>(null)
    const choices = [{ value: 'a', label: '安全', key: '1' }, { value: 'b', label: '环境', key: '2' }]
    return () => withDirectives(h('form', [
      h(KeyChoices<string>, { label: '类别', choices, modelValue: value.value, 'onUpdate:modelValue': (now: string | null) => { value.value = now } }), h('input', { id: 'next' }), h('p', value.value ?? '无'),
    ]), [[vEnterNext]])
  }), { attachTo: document.body })

  it('picks with the key and goes on', async () => {
    const page = form()
    await page.find('[role=radio]').trigger('keydown', { key: '2' })
    await flushPromises()
    expect(page.find('p:last-child').text()).toBe('b')
    expect(document.activeElement?.id).toBe('next')
    page.unmount()
  })
  it('picks with Alt from another field, and stays there', async () => {
    const page = form()
    page.find('input').element.focus()
    await page.find('input').trigger('keydown', { key: '1', altKey: true })
    expect(page.find('p:last-child').text()).toBe('a')
    expect(document.activeElement?.id).toBe('next')
    page.unmount()
  })
})
