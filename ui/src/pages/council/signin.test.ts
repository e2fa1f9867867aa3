import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { MeetingView } from '../../bindings/MeetingView'
import { answering, asked, attendance, field, meetingView, onPage, press, refusing, signInLine, type, wrongAt } from '../testing'
import AssemblyCount from './AssemblyCount.vue'
import CountField from './CountField.vue'
import SignIn from './SignIn.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))
beforeEach(() => { answering(call) })

const lines = [signInLine('王', null, {}, { deputy: '王二' }), signInLine('张', 'present'), signInLine('赵', 'proxy', { name: '赵二' }, { name: '赵' }), signInLine('钱', 'absent')]
const open = (view: Partial<MeetingView> = {}, fixed = false) => mount(SignIn, { props: { view: meetingView({}, { parties: [attendance(lines)], ...view }), fixed }, ...onPage })
type Sheet = ReturnType<typeof open>
/** The choices beside a name. */
const beside = (page: Sheet, name: string) => page.find(`[aria-label="${name}到会情况"]`)
/** What was asked of the desk, of which delegate, apart from what is always there. */
const signed = (more: object) => ({ ask: 'sign_in', meeting: 'm', name: null, note: null, came_at: null, left_at: null, ...more })

describe('the sign-in', () => {
  it('takes who is there at one press', async () => {
    const page = open()
    await press(beside(page, '王'), '到会')
    expect(asked(call)).toEqual([signed({ delegate: '王', presence: 'present' })])
  })
  it('asks who came instead, offering the deputy', async () => {
    const page = open()
    await press(beside(page, '王'), '代会')
    expect(field(page, '谁来代会').element.value).toBe('王二')
    await type(page, '谁来代会', ' 王小妹 ')
    await press(page, '保存')
    expect(asked(call)).toEqual([signed({ delegate: '王', presence: 'proxy', name: '王小妹' })])
    expect(page.text()).not.toContain('谁来代会')
    expect(page.text()).toContain('赵二代会')
  })
  it('does not take a proxy without a name', async () => {
    answering(call, { sign_in: refusing('name', '请写明列席人或代会人的姓名。') })
    const page = open()
    await press(beside(page, '王'), '代会')
    await type(page, '谁来代会', '')
    await press(page, '保存')
    expect(asked(call)).toMatchObject([{ name: null }])
    expect(wrongAt(page, '谁来代会')).toBe('请写明列席人或代会人的姓名。')
  })
  it.each([['王', '请假', '为什么请假', 'leave'], ['钱', '', '为什么没来', 'absent']])('asks why %s is not there: %s', async (name, act, question, presence) => {
    const page = open()
    await (act ? press(beside(page, name), act) : press(page, `${name}缺席的原因`))
    await type(page, question, '出差')
    await press(page, '保存')
    expect(asked(call)).toEqual([signed({ delegate: name, presence, note: '出差' })])
  })
  it('takes who came late, with the time as it is said', async () => {
    const page = open()
    await press(page, '张迟到')
    await type(page, '几点到的', '晚上7点半')
    await press(page, '保存')
    expect(asked(call)).toEqual([signed({ delegate: '张', presence: 'present', came_at: '19:30:00' })])
  })
  it('takes who left early and keeps what is known of them: whose proxy, when they came', async () => {
    const page = open({ parties: [attendance([signInLine('赵', 'proxy', { name: '赵二', note: '顺路', came_at: '19:10:00' })])] })
    expect(page.text()).toContain('赵二代会，19:10 到，迟到')
    await press(page, '赵先走')
    await type(page, '几点走的', '下午8点')
    await press(page, '保存')
    expect(asked(call)).toEqual([signed({ delegate: '赵', presence: 'proxy', name: '赵二', note: '顺路', came_at: '19:10:00', left_at: '20:00:00' })])
  })
  it('says at its field that a time cannot be read, and asks nothing', async () => {
    const page = open()
    await press(page, '张先走')
    await type(page, '几点走的', '散会前')
    await press(page, '保存')
    expect(wrongAt(page, '几点走的')).toBe('请写成 19:10，或“下午2点半”。')
    expect(asked(call)).toEqual([])
    await type(page, '几点走的', '20:40')
    await press(page, '保存')
    expect(asked(call)).toMatchObject([{ left_at: '20:40:00' }])
  })
  it('takes an observer by name, and nobody without one', async () => {
    const page = open({ observers: ['街道 章某'] })
    expect(page.text()).toContain('街道 章某')
    await press(page, '加上')
    expect(asked(call)).toEqual([])
    await type(page, '列席的人', ' 派出所 李某 ')
    await press(page, '加上')
    expect(asked(call)).toEqual([signed({ delegate: null, presence: 'observer', name: '派出所 李某' })])
    expect(field(page, '列席的人').element.value).toBe('')
  })
  it('takes the guests of a 大党委会议, who send nobody instead', async () => {
    const page = open({ parties: [], guests: [signInLine('住建部门', null, { delegate: null })] })
    expect(beside(page, '住建部门').findAll('button').map((one) => one.text())).toEqual(['到会', '请假', '缺席'])
    await press(beside(page, '住建部门'), '请假')
    expect(asked(call)).toEqual([signed({ delegate: null, presence: 'leave', name: '住建部门' })])
  })
  it('says why somebody was refused who is asked nothing', async () => {
    answering(call, { sign_in: refusing('name', '这个人不在这次会议的应到名单里。') })
    const page = open()
    await press(beside(page, '王'), '到会')
    expect(page.find('[role=alert]').text()).toBe('这个人不在这次会议的应到名单里。')
  })
  it('says that a body does not stand as usual', () => {
    expect(open({ parties: [attendance(lines, { standing: '集体辞职（2024年10月8日起）' })] }).text()).toContain('业委会集体辞职（2024年10月8日起）')
  })
  it('is only looked at where it is fixed', () => {
    const page = open({}, true)
    expect(page.findAll('button, input')).toEqual([])
    expect(page.text()).toContain('没有签到')
  })
})

describe('the count of an assembly', () => {
  const count = (came: number | null) => mount(AssemblyCount, { props: { view: meetingView({ came }, { assembly: '应到 480 户' }), basis: 'households' }, ...onPage })

  it('is asked for where nothing is typed, and none is not nothing', async () => {
    const page = count(null)
    await press(page, '保存')
    expect(wrongAt(page, '实到多少户')).toBe('请填实到的数。')
    expect([asked(call), page.emitted('counted')]).toEqual([[], undefined])
    await type(page, '实到多少户', '0')
    await press(page, '保存')
    expect(asked(call)).toEqual([{ ask: 'count_assembly', id: 'm', came: 0 }])
    expect(page.emitted('counted')).toHaveLength(1)
  })
  it('is asked for again where it was emptied', async () => {
    const page = count(300)
    await type(page, '实到多少户', '')
    await press(page, '保存')
    expect(wrongAt(page, '实到多少户')).toBe('请填实到的数。')
    expect(asked(call)).toEqual([])
  })
  it('is refused by the desk at its field', async () => {
    answering(call, { count_assembly: refusing('came', '实到的比应到的多。') })
    const page = count(300)
    await type(page, '实到多少户', '500')
    await press(page, '保存')
    await flushPromises()
    expect(wrongAt(page, '实到多少户')).toBe('实到的比应到的多。')
  })
})

describe('a number of people', () => {
  const read = async (typed: string, props = {}) => {
    const page = mount(CountField, { props: { label: '人数', modelValue: 5, ...props }, ...onPage })
    await type(page, '人数', typed)
    return page.emitted('update:modelValue')?.at(-1)?.[0]
  }
  it.each([['12000', 12000], ['1234567', 1234567], ['１２０人', 120]])('«%s» is %i', async (typed, number) => expect(await read(typed)).toBe(number))
  it('is none where it may be left empty, and else nobody', async () => {
    expect([await read('', { optional: true }), await read('', { blank: true }), await read('')]).toEqual([null, null, 0])
  })
})
