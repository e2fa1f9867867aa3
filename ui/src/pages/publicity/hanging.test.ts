import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Objection } from '../../bindings/Objection'
import type { PublicityLine } from '../../bindings/PublicityLine'
import { press as pressKey } from '../../keys'
import type { Matters } from '../matters'
import { answering, asked, buttons, choose, field, onPage, press, refusing, type, wrongAt } from '../testing'
import PublicityForm from './PublicityForm.vue'
import PublicityRow from './PublicityRow.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))
beforeEach(() => { answering(call, { mask_text: { text: '', found: [] } }) })

const matters: Matters = { topics: [{ value: 't', label: '关于停车' }], meetings: [], rules: [], publicityDays: 7, campaignDays: 31, demandDays: 15 }
const objection = (more: Partial<Objection> = {}): Objection => ({ id: 'ob', publicity: 'g', on: '2024-11-10', by: '3幢 周女士', text: '车位太少', answer: null, answered_on: null, ...more })
function open(objections: Objection[] = [], line: Partial<PublicityLine> = {}) {
  const publicity = { id: 'g', title: '关于停车的公示', text: '划 40 个车位。', from: '2024-11-05', to: '2024-11-11', places: ['北门'], contact: '服务站', of: null, taken_down_on: null, result: null, item: null }
  const unanswered = objections.filter(({ answer }) => answer === null).length
  return mount(PublicityRow, { props: { line: { publicity, standing: 'over', days_left: -1, objections, unanswered, files: 0, about: null, ...line }, matters, items: [] }, ...onPage })
}

describe('an objection to a publicity', () => {
  it('is recorded as it came', async () => {
    const page = open()
    await press(page, '记一条异议')
    await type(page, '谁提的', ' 3幢 周女士 ')
    await type(page, '哪天提的', '11月10日')
    await type(page, '有什么意见', ' 车位太少 ')
    await press(page, '记下异议')
    expect(asked(call)).toEqual([{ ask: 'save_objection', id: null, publicity: 'g', on: '2024-11-10', by: '3幢 周女士', text: '车位太少', answer: null, answered_on: null }])
    expect(page.find('form').exists()).toBe(false)
  })
  it.each([['by', '谁提的'], ['text', '有什么意见']])('is not recorded without its %s: it is said there', async (name, label) => {
    answering(call, { save_objection: refusing(name, '这一项要填写。') })
    const page = open()
    await press(page, '记一条异议')
    await press(page, '记下异议')
    expect(wrongAt(page, label)).toBe('这一项要填写。')
  })
  it('waits for its answer, which is not empty', async () => {
    const page = open([objection()])
    expect(page.text()).toContain('1 条异议待答复')
    await press(page, '答复')
    await press(page, '记下答复')
    expect(wrongAt(page, '怎么答复的')).toBe('请写下怎么答复的。')
    expect(asked(call)).toEqual([])
    await type(page, '怎么答复的', '东门再划 10 个')
    await press(page, '记下答复')
    expect(asked(call)).toEqual([{ ask: 'save_objection', ...objection({ answer: '东门再划 10 个', answered_on: '2024-11-12' }) }])
  })
  it('is not taken any more once the publicity was taken down', async () => {
    const page = open([], { standing: 'taken_down' })
    await press(page, '看看：关于停车的公示')
    expect(page.text()).toContain('没有收到异议')
    expect(buttons(page)).not.toContain('记一条异议')
  })
})

describe('a publicity', () => {
  it('is taken down with what came of it', async () => {
    const page = open()
    await press(page, '撤下')
    expect(field(page, '公示结果').element.value).toBe('公示期内没有收到异议。')
    await type(page, '哪天撤下的', '昨天')
    await press(page, '记为已撤下')
    expect(asked(call)).toEqual([{ ask: 'take_down', id: 'g', on: '2024-11-11', result: '公示期内没有收到异议。' }])
    expect(page.find('form').exists()).toBe(false)
  })
  it('has no likely result while an objection waits, and stays until the desk takes it down', async () => {
    answering(call, { take_down: refusing('result', '还有异议没有答复。') })
    const page = open([objection()])
    await press(page, '撤下')
    expect(field(page, '公示结果').element.value).toBe('')
    await press(page, '记为已撤下')
    expect(wrongAt(page, '公示结果')).toBe('还有异议没有答复。')
  })
  it('is taken down by key too, and left alone with Esc', async () => {
    const page = open()
    await press(page, '撤下')
    pressKey(new KeyboardEvent('keydown', { key: 's', ctrlKey: true }))
    await flushPromises()
    expect(asked(call)).toMatchObject([{ ask: 'take_down' }])
    await press(page, '撤下')
    pressKey(new KeyboardEvent('keydown', { key: 'Escape' }))
    await flushPromises()
    expect(page.find('form').exists()).toBe(false)
    expect(asked(call)).toHaveLength(1)
  })
  it('is written with its places one by one, and hangs as long as the policy gives', async () => {
    const page = mount(PublicityForm, { props: { matters, items: ['物业：收费标准'], item: '物业：收费标准' }, ...onPage })
    await type(page, '内容', '一段。\n\n 二段。')
    await type(page, '从哪天起', '11月14日')
    await choose(page, '关于', 't')
    await type(page, '贴在哪里', '各幢楼道、公告栏，北门；北门')
    await type(page, '有意见找谁', ' 服务站 ')
    await press(page, '保存这份公示')
    expect(asked(call).filter(({ ask }) => ask !== 'mask_text')).toEqual([{
      ask: 'save_publicity', id: null, title: '关于收费标准的公示', text: '一段。\n二段。', from: '2024-11-14', to: '2024-11-20', places: ['各幢楼道', '公告栏', '北门'], contact: '服务站', of: 't', item: '物业：收费标准', keep: [],
    }])
  })
})
