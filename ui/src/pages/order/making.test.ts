import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import type { OrderView } from '../../bindings/OrderView'
import type { RuleLine } from '../../bindings/RuleLine'
import Order from '../Order.vue'
import { answering, asked, buttons, choose, councilView, field, onPage, press, refusing, topicLine, type, wrongAt } from '../testing'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))

const passed = (id: string) => topicLine({ id, state: 'passed' }).topic
const rule = (id: string, in_force: boolean): RuleLine => ({ rule: { id, title: `规则${id}`, text: '', topic: 't', since: '2024-01-01', until: null }, in_force, adopted: null })
async function open(view: Partial<OrderView> = {}, given = {}) {
  answering(call, { order: { rules: [], campaigns: [], adopted: [passed('充电')], ...view }, council: { ...councilView(), policy: { publicity_days: 7, campaign_days: 31, demand_days: 15 } }, ...given })
  const page = mount(Order, { ...onPage })
  await flushPromises()
  return page
}
const orders = () => asked(call).filter(({ ask }) => ask !== 'order' && ask !== 'council')

describe('a house rule', () => {
  it('is registered with its articles and the topic that adopted it', async () => {
    const page = await open()
    await press(page, '登记规则')
    await type(page, '规则名称', ' 飞线充电管理规定 ')
    await type(page, '条文', ' 不准飞线。\n\n 违者劝阻。')
    await type(page, '从哪天起施行', '12月1日')
    await press(page, '登记这项规则')
    expect(orders()).toEqual([{ ask: 'save_house_rule', id: null, title: '飞线充电管理规定', text: '不准飞线。\n违者劝阻。', topic: '充电', since: '2024-12-01', until: null }])
    expect(page.find('form').exists()).toBe(false)
  })
  it('says by which of several topics, and asks nothing before', async () => {
    const page = await open({ adopted: [passed('充电'), passed('停车')] })
    await press(page, '登记规则')
    await type(page, '规则名称', '停车规定')
    await press(page, '登记这项规则')
    expect(page.text()).toContain('请选是哪个议题通过的。')
    expect(orders()).toEqual([])
    await choose(page, '由哪个议题通过', '停车')
    await press(page, '登记这项规则')
    expect(orders()).toMatchObject([{ ask: 'save_house_rule', topic: '停车' }])
  })
  it('is not begun before a topic has passed', async () => {
    const acts = buttons(await open({ adopted: [] }))
    for (const act of ['登记规则', '登记第一项规则']) expect(acts).not.toContain(act)
    expect(acts).toContain('去议事会')
  })
})

describe('a campaign', () => {
  it('is begun by a rule that holds, and takes as long as the policy gives', async () => {
    const page = await open({ rules: [rule('现行', true), rule('废止', false)] })
    await press(page, '发起整治')
    expect(field(page, '哪天前做完').element.value).toBe('2024-12-12')
    await type(page, '整治什么', ' 楼道堆物 ')
    await type(page, '从哪天起', '11月15日')
    await expect(choose(page, '依据哪项规则', '废止')).rejects.toThrow('none | 现行')
    await choose(page, '依据哪项规则', '现行')
    await type(page, '谁来配合、哪里的来文', '综合执法队')
    await press(page, '发起这项整治')
    expect(orders()).toEqual([{ ask: 'save_campaign', id: null, title: '楼道堆物', rule: '现行', from: '2024-11-15', until: '2024-12-15', with: '综合执法队' }])
    expect(page.find('form').exists()).toBe(false)
  })
  it('ends on the day somebody chose, whenever it begins', async () => {
    const page = await open()
    await press(page, '发起整治')
    await type(page, '哪天前做完', '11月20日')
    await type(page, '从哪天起', '11月15日')
    await press(page, '发起这项整治')
    expect(orders()).toMatchObject([{ rule: null, until: '2024-11-20', with: null }])
  })
  it('is not begun without its name: it is said there', async () => {
    const page = await open({}, { save_campaign: refusing('title', '这一项要填写。') })
    await press(page, '发起整治')
    await press(page, '发起这项整治')
    expect(wrongAt(page, '整治什么')).toBe('这一项要填写。')
  })
})
