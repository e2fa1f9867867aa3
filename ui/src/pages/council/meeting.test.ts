import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { CouncilView } from '../../bindings/CouncilView'
import type { Meeting } from '../../bindings/Meeting'
import type { MeetingView } from '../../bindings/MeetingView'
import { answering, asked, attendance, button, buttons, choose, councilView, field, inWindow, meetingView, onPage, press, refusing, signInLine, topicLine, type, wrongAt } from '../testing'
import Invitations from './Invitations.vue'
import MeetingCard from './MeetingCard.vue'
import PlanMeeting from './PlanMeeting.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))
beforeEach(() => { answering(call, { accounts: [] }) })

const resigned = attendance([signInLine('王')], { standing: '集体辞职（2024年10月8日起）' })

describe('a meeting that is planned', () => {
  const open = (view: Partial<CouncilView>) => mount(PlanMeeting, { props: { view: councilView(view) }, ...onPage })
  const NOTHING = '请至少选一个议题。'

  it('takes up what was chosen, and nothing that has passed', async () => {
    const page = open({ topics: [topicLine({ id: '停车', state: 'chosen' }), topicLine({ id: '电梯', state: 'passed' })] })
    await press(page, '安排好这次会议')
    expect(asked(call)).toMatchObject([{ kind: 'council', agenda: ['停车'] }])
  })
  it('begins with what has passed where there is nothing else: those invited by name carry it on', async () => {
    const page = open({ topics: [topicLine({ id: '电梯', state: 'passed' }), topicLine({ id: '停车', state: 'passed' })] })
    expect(field(page, '关于电梯').element.checked).toBe(true)
    await type(page, '请谁参加', '住建部门、业委会 王某；住建部门')
    await press(page, '安排好这次会议')
    expect(asked(call)).toMatchObject([{ ask: 'plan_meeting', kind: 'party_assembly', guests: ['住建部门', '业委会 王某'], agenda: ['电梯', '停车'] }])
  })
  it('is about something: with an empty agenda nothing is asked', async () => {
    const page = open({ topics: [topicLine({ id: '停车', state: 'chosen' })] })
    await field(page, '关于停车').setValue(false)
    expect(page.text()).not.toContain(NOTHING)
    await press(page, '安排好这次会议')
    expect(page.find('fieldset [role=alert]').text()).toBe(NOTHING)
    expect([asked(call), page.emitted('done')]).toEqual([[], undefined])
    await field(page, '关于停车').setValue(true)
    expect(page.text()).not.toContain(NOTHING)
    await press(page, '安排好这次会议')
    expect(asked(call)).toMatchObject([{ agenda: ['停车'] }])
  })
  it('loses what only those invited by name may take up when it becomes a council', async () => {
    const page = open({ topics: [topicLine({ id: '电梯', state: 'passed' })] })
    await choose(page, '会议类型', 'council')
    await press(page, '安排好这次会议')
    expect(page.text()).toContain(NOTHING)
    expect(asked(call)).toEqual([])
  })
})

describe('a meeting that is over', () => {
  const open = (meeting: Partial<Meeting> = {}) => mount(PlanMeeting, {
    props: { view: councilView(), meeting: meetingView({ state: 'closed', held_at: '2024-11-10T19:00:20+08:00', ended_at: '2024-11-10T20:30:41+08:00', ...meeting }, { topics: [topicLine({ state: 'chosen' })] }) }, ...onPage,
  })
  const kept = () => asked(call).map((ask) => ask.ask === 'edit_meeting' && [ask.held_at, ask.ended_at])

  it('keeps the instant it ended at while something else is changed', async () => {
    const page = open()
    await type(page, '地点', '会议室')
    await press(page, '保存')
    expect(kept()).toEqual([['2024-11-10T19:00:20+08:00', '2024-11-10T20:30:41+08:00']])
  })
  it('ends on the day it was held: where that was another, the end goes along', async () => {
    const page = open()
    await type(page, '哪天开', '11月8日')
    await press(page, '保存')
    expect(kept()).toEqual([['2024-11-08T19:00:00+08:00', '2024-11-08T20:30:00+08:00']])
  })
  it.each([['晚上9点', '2024-11-10T21:00:00+08:00'], ['0:20', '2024-11-11T00:20:00+08:00'], ['', null]])('ended at «%s», past midnight too: %s', async (typed, ended) => {
    const page = open()
    await type(page, '几点散会', typed)
    await press(page, '保存')
    expect(kept()).toEqual([['2024-11-10T19:00:20+08:00', ended]])
  })
  it('says at its field that the time it ended at cannot be read, or is refused', async () => {
    answering(call, { edit_meeting: refusing('ended_at', '散会时间不能晚于现在。') })
    const page = open()
    await type(page, '几点散会', '很晚')
    await press(page, '保存')
    expect(wrongAt(page, '几点散会')).toBe('请写成 20:30，或“晚上8点半”。')
    expect(asked(call)).toEqual([])
    await type(page, '几点散会', '21:00')
    await press(page, '保存')
    expect(wrongAt(page, '几点散会')).toBe('散会时间不能晚于现在。')
  })
  it.each(['planned', 'notified', 'running'] as const)('is the only one that has ended: %s', async (state) => {
    const page = open({ state, ended_at: null })
    expect(page.text()).not.toContain('几点散会')
    await press(page, '保存')
    expect(asked(call)).toMatchObject([{ ended_at: null }])
  })
})

describe('a meeting on the page of its month', () => {
  const open = (meeting: Partial<Meeting> = {}, view: Partial<MeetingView> = {}) =>
    mount(MeetingCard, { props: { view: meetingView(meeting, { topics: [topicLine({ state: 'chosen' })], parties: [resigned], ...view }), council: councilView() }, ...onPage })

  it.each([['notified', '2024-11-10', '已经发过通知，取消以后请告诉大家不用来了。'], ['planned', null, '']] as const)('is cancelled once that is asked: %s', async (state, notified_on, words) => {
    const page = open({ state, notified_on })
    await press(page, '取消会议')
    const question = inWindow().find('[role=dialog]')
    expect(question.text()).toContain(`取消这次会议吗？${words}议题都还在`)
    expect(asked(call)).toEqual([])
    await press(question, '取消会议')
    expect(asked(call)).toEqual([{ ask: 'cancel_meeting', id: 'm' }])
    expect(inWindow().find('[role=dialog]').exists()).toBe(false)
  })
  it('stays where the answer is no', async () => {
    const page = open()
    await press(page, '取消会议')
    await press(inWindow().find('[role=dialog]'), '先不取消')
    expect([asked(call), inWindow().find('[role=dialog]').exists()]).toEqual([[], false])
  })
  it('is neither cancelled nor opened again once it has begun', () => {
    const acts = buttons(open({ state: 'running' }))
    expect(acts).toContain('回到会场')
    for (const act of ['取消会议', '开会']) expect(acts).not.toContain(act)
  })
  it('is opened once enough are there, and says where they sign in until then', async () => {
    const few = open({}, { quorate: false })
    expect(button(few, '开会').attributes('disabled')).toBeDefined()
    expect(few.text()).toContain('到齐法定人数才能开会：先在下面签到。')
    few.unmount()
    await press(open(), '开会')
    expect(asked(call)).toEqual([{ ask: 'open_meeting', id: 'm' }])
  })
  it.each([[true, ['补录']], [false, []]])('says whether it was typed later: %s', (late_entry, tags) => {
    expect(open({}, { late_entry }).findAll('.tag').map((tag) => tag.text()).filter((word) => word === '补录')).toEqual(tags)
  })
  it('lists what is to be minded', () => {
    const page = open({}, { warnings: ['离开会只有 1 天。', '没有发通知。'] })
    expect(page.findAll('[aria-label=请留意] li').map((one) => one.text())).toEqual(['离开会只有 1 天。', '没有发通知。'])
  })
  it.each([['closed', true], ['checked', true], ['running', false], ['final', false]] as const)('lists what its minutes lack while they are a draft: %s', (state, listed) => {
    const page = open({ state }, { lacking: ['“关于停车”没有表决。'] })
    expect(page.text().includes('纪要还不能定稿，还差：“关于停车”没有表决。')).toBe(listed)
  })
  it('says that its minutes may become final, and that something came after', () => {
    expect(open({ state: 'checked' }).text()).toContain('已经核稿，可以定稿。')
    expect(open({ state: 'final' }, { changed_since_final: true }).text()).toContain('定稿以后，这次会的记录又有变动')
  })
  it('says in its sign-in that a body does not stand as usual', () => {
    expect(open().find('[aria-label=物业管理委员会签到]').text()).toContain('业委会集体辞职（2024年10月8日起）')
  })
  it('is not changed once its minutes are final', () => {
    const page = open({ state: 'final' })
    expect(buttons(page)).toEqual(['看签到', '历史'])
    expect(page.findAll('a').map((link) => [link.text(), link.attributes('href')])).toEqual([['看纪要', '#/paper/minutes/m?month=2024-11'], ['签到表', '#/paper/sign_in/m?month=2024-11']])
  })
})

describe('the notice of a meeting', () => {
  const open = (meeting: Partial<Meeting> = {}) => mount(Invitations, { props: { view: meetingView(meeting, { parties: [resigned, attendance([], { party: 'society', title: '社会组织' })] }) }, ...onPage })

  it('invites each party that has somebody, and says that its body does not stand as usual', () => {
    const page = open()
    expect(page.findAll('a').map((link) => [link.text(), link.attributes('href')])).toEqual([['会议通知', '#/paper/notice/m?month=2024-11'], ['请物业管理委员会', '#/paper/invitation/m?month=2024-11&party=owners']])
    expect(page.text()).toContain('业委会集体辞职（2024年10月8日起）')
  })
  it('went out on a day', async () => {
    const page = open({ state: 'planned', notified_on: null })
    expect(page.text()).toContain('还没有发通知')
    await press(page, '已发通知')
    await type(page, '哪天发的', '11月9日')
    await press(page, '记下')
    expect(asked(call)).toEqual([{ ask: 'notify_meeting', id: 'm', on: '2024-11-09' }])
  })
})
