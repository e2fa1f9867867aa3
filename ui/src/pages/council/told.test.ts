import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { OpinionLine } from '../../bindings/OpinionLine'
import { answering, asked, button, buttons, choose, councilView, field, onPage, opinionLine, press, refusing, topicLine, type, wrongAt } from '../testing'
import NoTopic from './NoTopic.vue'
import OpinionReply from './OpinionReply.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))
beforeEach(() => { answering(call) })

describe('whoever gave an opinion', () => {
  const open = (line: Partial<OpinionLine> = {}) => mount(OpinionReply, { props: { line: opinionLine({ id: 'o1', text: '西门没地方停车' }, { person: '周秀英', fate: '您反映的停车，11月15日议事会通过。', ...line }) }, ...onPage })
  const reply = { id: 'r', opinion: 'o1', on: '2024-11-10', channel: 'visit', text: '已经通过了。' } as const

  it('is told with the words the desk offers, put right by a person', async () => {
    const page = open()
    await press(page, '告知结果')
    expect(field(page, '告诉他什么').element.value).toBe('您反映的停车，11月15日议事会通过。')
    await type(page, '告诉他什么', ' 西门要划线了。 ')
    await choose(page, '怎么告诉的', 'counter')
    await type(page, '哪天告诉的', '昨天')
    await press(page, '记下已告知')
    expect(asked(call)).toEqual([{ ask: 'reply_opinion', opinion: 'o1', on: '2024-11-11', channel: 'counter', text: '西门要划线了。' }])
    expect(page.find('form').exists()).toBe(false)
  })
  it('is not told nothing: it is said at the field, and what was typed stays', async () => {
    answering(call, { reply_opinion: refusing('text', '这一项要填写。') })
    const page = open()
    await press(page, '告知结果')
    await type(page, '告诉他什么', '')
    await press(page, '记下已告知')
    expect(wrongAt(page, '告诉他什么')).toBe('这一项要填写。')
  })
  it('cannot be told before something became of it', () => expect(buttons(open({ fate: null }))).toEqual([]))
  it('is seen to have been told, may be told again, and has a paper of it', () => {
    const page = open({ replies: [reply] })
    expect(page.text()).toContain('11月10日走访告知：已经通过了。')
    expect(button(page, '再告知一次').exists()).toBe(true)
    expect(page.find('a').attributes('href')).toBe('#/paper/opinion_reply/o1?month=2024-11')
  })
})

describe('a month without a topic', () => {
  const open = (view = {}) => mount(NoTopic, { props: { view: councilView(view) }, ...onPage })
  const BEGIN = '本月没有要上会的事？写明“本月无议题”'

  it('is stated with its reason', async () => {
    const page = open()
    await press(page, BEGIN)
    await type(page, '为什么本月没有议题', ' 都已当场办结 ')
    await press(page, '确认本月无议题')
    expect(asked(call)).toEqual([{ ask: 'state_no_topic', month: '2024-11', reason: '都已当场办结' }])
    expect(page.find('form').exists()).toBe(false)
  })
  it('is not stated without one', async () => {
    answering(call, { state_no_topic: refusing('reason', '这一项要填写。') })
    const page = open()
    await press(page, BEGIN)
    await press(page, '确认本月无议题')
    expect(asked(call)).toMatchObject([{ reason: '' }])
    expect(wrongAt(page, '为什么本月没有议题')).toBe('这一项要填写。')
  })
  it('is taken back', async () => {
    const page = open({ no_topic: '都已当场办结' })
    expect(page.text()).toContain('理由：都已当场办结')
    await press(page, '收回“本月无议题”')
    expect(asked(call)).toEqual([{ ask: 'state_no_topic', month: '2024-11', reason: null }])
  })
  it('is not offered once something was chosen', () => {
    expect(buttons(open({ topics: [topicLine({ state: 'dropped' }), topicLine()] }))).toEqual([BEGIN])
    expect(buttons(open({ topics: [topicLine({ state: 'dropped' }), topicLine({ state: 'chosen' })] }))).toEqual([])
  })
})
