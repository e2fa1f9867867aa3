import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { press } from './keys'
import { useWriting, type Writing } from './writing'

const enter = (): KeyboardEvent => new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, cancelable: true })

describe('the form of a page', () => {
  it('opens by its key where there may be one, and once', () => {
    const may = ref(false)
    let form: Writing<string> | undefined
    const page = mount(defineComponent(() => {
      form = useWriting(() => may.value, 'new')
      return () => h('p')
    }))
    press(enter())
    expect([form?.writing.value, form?.offered.value]).toEqual([null, false])
    may.value = true
    expect(form?.offered.value).toBe(true)
    form?.begin('other')
    const again = enter()
    press(again)
    expect([form?.writing.value, form?.offered.value, again.defaultPrevented]).toEqual(['other', false, false])
    form?.end()
    press(enter())
    expect(form?.writing.value).toBe('new')
    page.unmount()
  })
})
