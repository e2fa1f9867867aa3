import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { matching, type Choice } from './choices'
import DataTable from './DataTable.vue'
import DateField from './DateField.vue'
import MoneyField from './MoneyField.vue'

describe('DateField', () => {
  it.each([['11月5日', '2024-11-05'], ['今天', '2024-11-12'], ['', null]])('reads «%s»', async (typed, day) => {
    const field = mount(DateField, { props: { label: '哪天', modelValue: '2024-01-01', now: '2024-11-12' } })
    await field.find('input').setValue(typed)
    expect(field.emitted('update:modelValue')?.at(-1)).toEqual([day])
  })
  it('says how to write a day it cannot read, and keeps what was typed', async () => {
    const field = mount(DateField, { props: { label: '哪天', modelValue: null, now: '2024-11-12' } })
    await field.find('input').setValue('下礼拜')
    expect(field.find('[role=alert]').text()).toContain('11月5日')
    expect(field.find('input').element.value).toBe('下礼拜')
    expect(field.emitted('update:modelValue')).toBeUndefined()
  })
})

describe('MoneyField', () => {
  it('keeps whole fen', async () => {
    const field = mount(MoneyField, { props: { label: '金额', modelValue: null } })
    await field.find('input').setValue('3,500.5')
    expect(field.emitted('update:modelValue')?.at(-1)).toEqual([350050])
  })
})

describe('finding while typing', () => {
  const choices: Choice[] = [
    { value: 'a', label: '1幢1单元101', note: '周秀英', keywords: '1-1-101 zhouxiuying zxy' },
    { value: 'b', label: '11幢1单元101', note: '吴国强', keywords: '11-1-101 wuguoqiang wgq' },
  ]
  it.each([['zxy', ['a']], ['ZXY', ['a']], ['国强', ['b']], ['1-1-1', ['a', 'b']], ['101 吴', ['b']], ['', ['a', 'b']], ['无', []]])(
    '%s finds %j', (typed, found) => expect(matching(choices, typed).map(({ value }) => value)).toEqual(found))
})

describe('DataTable', () => {
  const columns = [{ key: 'name', title: '谁', text: (row: { name: string }) => row.name }]
  const rows = ['甲', '乙', '丙'].map((name) => ({ name }))
  it('opens a row on Enter and moves with the arrows', async () => {
    const table = mount(DataTable<{ name: string }>, { props: { label: '人', columns, rows, rowKey: (row: { name: string }) => row.name }, attachTo: document.body })
    const first = table.findAll('tbody tr')[0]
    await first?.trigger('keydown', { key: 'Enter' })
    expect(table.emitted('open')?.[0]).toEqual([rows[0]])
    await first?.trigger('keydown', { key: 'ArrowDown' })
    expect(table.findAll('tbody tr').map((row) => row.attributes('tabindex'))).toEqual(['-1', '0', '-1'])
    table.unmount()
  })
  it('shows why it is empty', () => {
    const table = mount(DataTable<{ name: string }>, { props: { label: '人', columns, rows: [], rowKey: (row: { name: string }) => row.name }, slots: { empty: '还没有人' } })
    expect(table.text()).toContain('还没有人')
  })
})
