import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent, h, withDirectives } from 'vue'
import { nameOf, press, useKeys, vEnterNext, type KeyActions } from './keys'

const key = (init: KeyboardEventInit & { keyCode?: number }): KeyboardEvent => new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })
const listening = (actions: KeyActions) => mount(defineComponent({ setup: () => { useKeys(actions); return () => h('div') } }))

describe('keys', () => {
  it.each([
    [{ key: 'n', ctrlKey: true }, 'Ctrl+N'], [{ key: 'Escape' }, 'Esc'], [{ key: 'F3' }, 'F3'], [{ key: '2' }, '2'],
    [{ key: 'n' }, null], [{ key: 'N', ctrlKey: true, shiftKey: true }, null], [{ key: 'c', ctrlKey: true }, null],
  ])('names %o %s', (init, name) => expect(nameOf(key(init))).toBe(name))

  it('goes to the page opened last, and to the one before when that says so', () => {
    const [first, second] = [vi.fn(), vi.fn(() => false)]
    const below = listening({ Esc: first })
    const above = listening({ Esc: second })
    press(key({ key: 'Escape' }))
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1])
    above.unmount()
    press(key({ key: 'Escape' }))
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([2, 1])
    below.unmount()
  })

  it('does nothing while an input method composes', () => {
    const act = vi.fn()
    const page = listening({ 'Ctrl+N': act })
    press(key({ key: 'n', ctrlKey: true, isComposing: true }))
    expect(act).not.toHaveBeenCalled()
    page.unmount()
  })

  it('keeps figures pressed in the drawer from the page', () => {
    const vote = vi.fn()
    const page = listening({ 1: vote })
    const drawer = Object.assign(document.body.appendChild(document.createElement('div')), { id: 'drawer' })
    const button = drawer.appendChild(document.createElement('button'))
    window.addEventListener('keydown', press)
    button.dispatchEvent(key({ key: '1' }))
    expect(vote).not.toHaveBeenCalled()
    document.body.dispatchEvent(key({ key: '1' }))
    expect(vote).toHaveBeenCalledTimes(1)
    window.removeEventListener('keydown', press)
    drawer.remove()
    page.unmount()
  })

  it('has an amount read before its form is saved', () => {
    const order: string[] = []
    const page = listening({ 'Ctrl+S': () => { order.push('saved') } })
    const field = document.body.appendChild(document.createElement('input'))
    field.addEventListener('change', () => order.push('read'))
    window.addEventListener('keydown', press)
    field.dispatchEvent(key({ key: 's', ctrlKey: true }))
    window.removeEventListener('keydown', press)
    expect(order).toEqual(['read', 'saved'])
    field.remove()
    page.unmount()
  })
})

describe('Enter in a form', () => {
  const form = (submit: () => void) => mount(defineComponent({
    setup: () => () => withDirectives(
      h('form', { onSubmit: (event: Event) => { event.preventDefault(); submit() } }, [h('input', { id: 'a' }), h('textarea', { id: 'b' }), h('input', { id: 'c' })]),
      [[vEnterNext]]),
  }), { attachTo: document.body })
  const enter = (id: string, init: KeyboardEventInit = {}) => document.getElementById(id)?.dispatchEvent(key({ key: 'Enter', ...init }))

  it('goes on, keeps new lines in a text area, and submits from the last field', () => {
    const submit = vi.fn()
    const page = form(submit)
    document.getElementById('a')?.focus()
    enter('a', { isComposing: true })
    expect(document.activeElement?.id).toBe('a')
    enter('a')
    expect(document.activeElement?.id).toBe('b')
    enter('b')
    expect(document.activeElement?.id).toBe('b')
    enter('b', { ctrlKey: true })
    expect(document.activeElement?.id).toBe('c')
    expect(submit).not.toHaveBeenCalled()
    enter('c')
    expect(submit).toHaveBeenCalledOnce()
    page.unmount()
  })
})
