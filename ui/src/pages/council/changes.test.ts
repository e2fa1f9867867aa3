import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Ask } from '../../bindings/Ask'
import type { Body } from '../../bindings/Body'
import type { CouncilView } from '../../bindings/CouncilView'
import type { MeetingView } from '../../bindings/MeetingView'
import type { OpinionLine } from '../../bindings/OpinionLine'
import type { Topic } from '../../bindings/Topic'
import type { TopicLine } from '../../bindings/TopicLine'
import BodyForm from './BodyForm.vue'
import { freeOpinions, gatheredBy } from './gathering'
import GiveTask from './GiveTask.vue'
import ItemVote from './ItemVote.vue'
import PlanMeeting from './PlanMeeting.vue'
import { partyChoices } from './terms'
import TopicForm from './TopicForm.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))

const drafts = new Map<string, unknown>()
const asked = () => call.mock.calls.map(([ask]) => ask as Ask).filter(({ ask }) => !['status', 'load_draft', 'save_draft', 'drop_draft'].includes(ask))
beforeEach(() => {
  drafts.clear()
  call.mockReset().mockImplementation((ask: Ask) => {
    if (ask.ask === 'load_draft') return Promise.resolve(drafts.has(ask.key) ? JSON.stringify(drafts.get(ask.key)) : null)
    if (ask.ask === 'drop_draft') drafts.delete(ask.key)
    return Promise.resolve({ id: 'x', save: 1, message: '', changed: [] })
  })
})

const topic = (id: string, state: Topic['state'], opinions: string[] = []): TopicLine =>
  ({ topic: { id, month: '2024-11', title: `关于${id}`, opinions, state, benefit: true, owner_matter: null, sponsor: '林文斌' }, resolutions: [], vote: null, accounts: 1 }) as unknown as TopicLine
const opinion = (id: string, in_topic: string | null): OpinionLine => ({ opinion: { id, text: id }, in_topic }) as unknown as OpinionLine
const view = (over: Partial<CouncilView> = {}): CouncilView =>
  ({ month: '2024-11', steps: [], policy: { notice_days: 3, assembly_quorum_over: [1, 2], assembly_demand: [1, 5] }, opinions: [], earlier: [], topics: [topic('停车', 'chosen'), topic('绿化', 'chosen')], meetings: [], bodies: [], ...over }) as unknown as CouncilView
const line = (id: string, presence: string, left_at: string | null = null) => ({ delegate: { id, name: id, party: 'owners' }, name: id, presence, left_at })
const meeting = (over: Partial<MeetingView['meeting']> = {}): MeetingView => ({
  meeting: { id: 'm', month: '2024-11', kind: 'council', held_at: '2024-11-15T19:00:20+08:00', place: '服务站', chair: '林', recorder: '何', agenda: ['停车'], guests: [], state: 'notified', notified_on: '2024-11-10', ...over },
  topics: [topic('停车', 'chosen')], guests: [], observers: [],
  parties: [{ party: 'owners', title: '物业管理委员会', lines: [line('在场', 'present'), line('请假', 'leave'), line('先走', 'present', '20:00:00')] }],
}) as unknown as MeetingView

describe('a meeting that is changed', () => {
  it('takes another time and one more topic, and says that it must be notified again', async () => {
    const form = mount(PlanMeeting, { props: { view: view(), meeting: meeting() } })
    expect(form.text()).not.toContain('请重新发通知')
    await form.findAll('input')[1]?.setValue('20:00')
    expect(form.text()).toContain('请重新发通知')
    await form.findAll('input[type=checkbox]')[1]?.setValue(true)
    await form.trigger('submit')
    await flushPromises()
    expect(asked()).toEqual([{ ask: 'edit_meeting', id: 'm', held_at: '2024-11-15T20:00:00+08:00', place: '服务站', chair: '林', recorder: '何', agenda: ['停车', '绿化'], assembly: null, guests: [], ended_at: null }])
    expect(form.emitted('done')).toHaveLength(1)
  })
  it('keeps its instant where only the place is another', async () => {
    const form = mount(PlanMeeting, { props: { view: view(), meeting: meeting() } })
    await form.findAll('input')[2]?.setValue('会议室')
    await form.trigger('submit')
    expect(asked()).toMatchObject([{ held_at: '2024-11-15T19:00:20+08:00', place: '会议室' }])
  })
  it('comes back as it was typed, without a topic that is not chosen any more', async () => {
    drafts.set('meeting:2024-11', { kind: 'party_assembly', place: '会议室', guests: '住建部门', agenda: ['绿化', '没有了'] })
    const form = mount(PlanMeeting, { props: { view: view() } })
    await flushPromises()
    await form.trigger('submit')
    await flushPromises()
    expect(asked()).toMatchObject([{ ask: 'plan_meeting', kind: 'party_assembly', place: '会议室', guests: ['住建部门'], agenda: ['绿化'] }])
    expect(drafts.size).toBe(0)
  })
  it('calls all residents by who makes it up and how many they are, nobody by name', async () => {
    drafts.set('meeting:2024-11', { kind: 'assembly', place: '中心广场', basis: 'households', eligible: 480, demanded: null, guests: '住建部门', agenda: ['绿化'] })
    const form = mount(PlanMeeting, { props: { view: view() } })
    await flushPromises()
    for (const words of ['应到多少户', '超过二分之一到会才能开', '五分之一以上提议就应当召集']) expect(form.text()).toContain(words)
    await form.trigger('submit')
    await flushPromises()
    expect(asked()).toMatchObject([{ kind: 'assembly', guests: [], assembly: { basis: 'households', eligible: 480, demanded: null } }])
  })
})

it('a topic is changed with the form that makes one', async () => {
  const form = mount(TopicForm, { props: { month: '2024-11', topic: topic('停车', 'candidate', ['o']).topic } })
  expect(form.text()).not.toContain('没有选民意')
  await form.find('input').setValue('关于西门停车')
  await form.trigger('submit')
  expect(asked()).toEqual([{ ask: 'edit_topic', id: '停车', title: '关于西门停车', benefit: true, owner_matter: null, sponsor: '林文斌' }])
})

it('who left early may have voted before; a ballot of somebody who is not there is neither shown nor sent', async () => {
  drafts.set('vote:m:停车', { method: 'by_name', cast: { 在场: 'yes', 请假: 'no', 先走: 'no' } })
  const vote = mount(ItemVote, { props: { view: meeting(), line: topic('停车', 'chosen') } })
  await flushPromises()
  expect(vote.text()).toContain('同意 1，反对 1')
  expect(vote.get('.voter').text()).toContain('物业管理委员会')
  await vote.get('[data-save]').trigger('click')
  expect(asked()).toMatchObject([{ ask: 'record_vote', present: 2, yes: 1, no: 1, ballots: [{ delegate: '在场', choice: 'yes' }, { delegate: '先走', choice: 'no' }] }])
})

it('a task given outside a council has its money, and comes back as it was typed', async () => {
  drafts.set('task:停车', { text: '划线', owner: '罗', fen: 350000 })
  const task = mount(GiveTask, { props: { line: topic('停车', 'passed'), bodies: [] } })
  await flushPromises()
  await task.get('button').trigger('click')
  await task.get('form').trigger('submit')
  await flushPromises()
  expect(asked()).toMatchObject([{ ask: 'add_resolution', meeting: null, text: '划线', task: { text: '划线', party: 'property', owner: '罗', fen: 350000 } }])
  expect(drafts.size).toBe(0)
})

it('only what stands in for the owners\' committee has a share of owners', async () => {
  const body: Body = { id: 'b', party: 'owners', state: 'normal', since: '2024-10-08', note: null, members: 7, owners: 5, until: '2027-10-08' }
  const form = mount(BodyForm, { props: { party: 'owners', body } })
  await form.trigger('submit')
  expect(asked()).toMatchObject([{ ask: 'save_body', id: null, members: 7, owners: null, until: '2027-10-08' }])
})

describe('opinions', () => {
  const month = view({ opinions: [opinion('本月', 't'), opinion('没归', null)], earlier: [opinion('上月', null)] })
  it('of the month before wait for a topic too', () => {
    expect(freeOpinions(month).map(({ opinion }) => opinion.id)).toEqual(['没归', '上月'])
  })
  it('stand under their topic', () => {
    expect(gatheredBy(topic('停车', 'chosen', ['本月', '更早']).topic, month).map(({ opinion }) => opinion.id)).toEqual(['本月'])
  })
})

it('a party is offered with how its body stands, where that is not as usual', () => {
  const bodies = [{ party: 'owners', state: 'vacant' }, { party: 'property', state: 'normal' }] as Body[]
  expect(partyChoices(bodies).map(({ label, note }) => note ?? label)).toEqual(['社区两委', '缺位', '物业企业', '社会组织', '居民群众代表'])
})
