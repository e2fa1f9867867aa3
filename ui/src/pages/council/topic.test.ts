import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Topic } from '../../bindings/Topic'
import type { TopicLine } from '../../bindings/TopicLine'
import { answering, asked, button, buttons, councilView, field, onPage, press, refusing, topicLine, type, wrongAt } from '../testing'
import TopicCard from './TopicCard.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))
beforeEach(() => { answering(call) })

const open = (topic: Partial<Topic> = {}, line: Partial<TopicLine> = {}) => mount(TopicCard, { props: { line: topicLine({ id: '停车', ...topic }, line), view: councilView() }, ...onPage })
/** What may be decided, without 修改 and 历史, which are always there. */
const offered = (page: ReturnType<typeof open>) => buttons(page).filter((name) => !/^修改|^历史$/.test(name))

describe('a topic', () => {
  it.each([
    ['candidate', '不采纳', { ask: 'decide_topic', to: 'dropped' }], ['candidate', '确定上会', { ask: 'decide_topic', to: 'chosen' }], ['chosen', '先搁置', { ask: 'decide_topic', to: 'shelved' }],
    ['chosen', '会外决定', { ask: 'decide_outside' }], ['shelved', '结转到下月', { ask: 'carry_topic' }],
  ] as const)('that is %s: %s, with the day and the reason', async (state, act, order) => {
    const page = open({ state })
    await press(page, act)
    await type(page, '理由', ' 主管爆裂，两幢楼停水 ')
    await type(page, '哪天定的', '11月10日')
    await press(page, act)
    expect(asked(call)).toEqual([{ ...order, id: '停车', on: '2024-11-10', reason: '主管爆裂，两幢楼停水' }])
    expect(page.find('form').exists()).toBe(false)
  })
  it.each(['确定上会', '不采纳', '结转到下月', '会外决定'])('is not decided without a reason: %s', async (act) => {
    answering(call, { decide_topic: refusing('reason', '要写明理由。'), carry_topic: refusing('reason', '要写明理由。'), decide_outside: refusing('reason', '要写明理由。') })
    const page = open()
    await press(page, act)
    expect(page.text()).not.toContain('可不填')
    await type(page, '理由', '')
    await press(page, act)
    expect(asked(call)).toMatchObject([{ id: '停车', reason: '' }])
    expect(wrongAt(page, '理由')).toBe('要写明理由。')
  })
  it('is taken up for where it comes from, unless another reason is typed', async () => {
    const page = open()
    await press(page, '确定上会')
    expect(field(page, '理由').element.value).toBe('林文斌提出')
  })
  it('does not take the reason for one decision into another', async () => {
    const page = open({ state: 'chosen' })
    await press(page, '不采纳')
    await type(page, '理由', '属个别邻里纠纷')
    await press(page, '取消')
    await press(page, '先搁置')
    expect(field(page, '理由').element.value).toBe('')
    expect(asked(call)).toEqual([])
  })
  it('that cannot wait is decided outside with a warning that this stays an exception', async () => {
    const page = open()
    expect(page.text()).not.toContain('例外')
    await press(page, '会外决定')
    expect(page.text()).toContain('切身利益的事由议事会或者居民会议决定。')
    expect(page.text()).toContain('理由会一直留着，并列在“大家的事大家定”的例外里')
  })
  it('of the owners is never decided outside', () => expect(offered(open({ owner_matter: 'spend_fund' }))).toEqual(['确定上会', '不采纳', '结转到下月']))
  it.each([
    ['candidate', ['确定上会', '不采纳', '结转到下月', '会外决定']], ['chosen', ['不采纳', '先搁置', '结转到下月', '会外决定']], ['shelved', ['确定上会', '结转到下月', '会外决定']], ['dropped', ['确定上会']],
    ['passed', []], ['rejected', []],
  ] as const)('that is %s may be: %j', (state, acts) => expect(offered(open({ state }))).toEqual(acts))
  it('that goes on in a later month says where, and is decided there', () => {
    const page = open({ state: 'shelved' }, { carried_to: '2024-12' })
    expect(offered(page)).toEqual([])
    expect(page.find('a').attributes('href')).toBe('#/council/2024-12')
    expect(page.text()).toContain('到2024年12月接着议')
  })
  it('says why it is where it is', () => {
    expect(open({ state: 'dropped', reason: '属个别邻里纠纷', decided_on: '2024-11-08' }).text()).toContain('11月8日理由：属个别邻里纠纷')
    const outside = open({ state: 'passed', outside: '主管爆裂' })
    expect(outside.text()).toContain('会外决定：主管爆裂')
    expect(button(outside, '安排落实').exists()).toBe(true)
  })
})
