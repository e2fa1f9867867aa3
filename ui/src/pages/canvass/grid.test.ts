import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import FloorGrid from './FloorGrid.vue'
import { cellsOf, only, plan } from './plan'

const rooms = ['101', '102', '201'].map((room) => ({ unit: '1', room, result: null, on: null, by: null, note: null, visits: 0 }))
const units = plan([{ building: '3', rooms }])
const open = (writes = true) => mount(FloorGrid, { props: { units, writes, result: ({ room }) => room.result }, attachTo: document.body })
const here = (): string | undefined => document.activeElement?.querySelector('.number')?.textContent ?? undefined
async function press(page: ReturnType<typeof open>, place: number, key: string, more: KeyboardEventInit = {}): Promise<void> {
  await page.findAll('[role=gridcell]')[place]?.trigger('keydown', { key, ...more })
  await nextTick()
}

describe('the floor grid', () => {
  it('has one cell for the Tab key, and walks with the arrows', async () => {
    const page = open()
    expect(page.findAll('[role=gridcell]').map((cell) => cell.attributes('tabindex'))).toEqual(['0', '-1', '-1'])
    await press(page, 0, 'ArrowDown')
    expect(here()).toBe('201')
    expect(page.findAll('[role=gridcell]').map((cell) => cell.attributes('tabindex'))).toEqual(['-1', '-1', '0'])
    page.unmount()
  })
  it('writes a result and goes on to the next room', async () => {
    const page = open()
    await press(page, 1, '2')
    expect(page.emitted('record')?.map(([cell, result]) => [(cell as { key: string }).key, result])).toEqual([['3|1|102', 'objects']])
    expect(here()).toBe('201')
    page.unmount()
  })
  it('keeps its hands off while an input method composes, and where nothing may be written', async () => {
    const page = open()
    await press(page, 0, '1', { isComposing: true })
    expect(page.emitted('record')).toBeUndefined()
    await page.setProps({ writes: false })
    await press(page, 0, '1')
    expect(page.emitted('record')).toBeUndefined()
    page.unmount()
  })
  it('goes on though the room just written goes away', async () => {
    const page = open()
    page.findAll<HTMLElement>('[role=gridcell]')[0]?.element.focus()
    await page.findAll('[role=gridcell]')[0]?.trigger('keydown', { key: '1' })
    await page.setProps({ units: only(units, ({ room }) => room.room !== '101') })
    await nextTick()
    expect([here(), cellsOf(units).length]).toEqual(['102', 3])
    page.unmount()
  })
})
