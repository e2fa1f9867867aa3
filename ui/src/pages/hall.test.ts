import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Ask } from '../bindings/Ask'
import type { MeetingState } from '../bindings/MeetingState'
import type { TopicLine } from '../bindings/TopicLine'
import { broadcast } from '../desk'
import MeetingMode from './MeetingMode.vue'
import { answering, asked, button, councilView, inWindow, meetingView, onPage, press, topicLine, type } from './testing'

const call = vi.hoisted(() => vi.fn())
vi.mock('../transport', async (load) => ({ ...(await load<typeof import('../transport')>()), call }))

const vote = { id: 'v', meeting: 'm', topic: '停车', method: 'hands', present: 9, yes: 9, no: 0, abstain: 0, recused: 0, ballots: [] } as unknown as TopicLine['vote']
let state: MeetingState
beforeEach(() => {
  state = 'running'
  const topics = (): TopicLine[] => [topicLine({ id: '停车', state: 'passed' }, { vote }), topicLine({ id: '绿化', state: 'chosen' }), topicLine({ id: '电梯', state: 'chosen' })]
  answering(call, {
    council: () => councilView({ meetings: [meetingView({ state }, { topics: topics() })] }),
    open_meeting: () => { state = 'running'; return { id: 'm', save: 1, message: '', changed: ['meeting'] } },
    // What is added to checked minutes makes them a draft again.
    add_speech: () => { state = state === 'checked' ? 'closed' : state; return { id: 's', save: 1, message: '', changed: ['speech'] } },
  })
})
async function open(now: MeetingState) {
  state = now
  const page = mount(MeetingMode, { props: { month: '2024-11', meeting: 'm' }, ...onPage })
  await flushPromises()
  return page
}
type Hall = Awaited<ReturnType<typeof open>>
/** The item the hall is at. */
const at = (page: Hall) => page.find('.item h2').text()
const go = (page: Hall, title: string) => page.findAll('.agenda button').find((one) => one.text().includes(title))!.trigger('click')

describe('the hall', () => {
  it.each([['running', '关于绿化'], ['closed', '关于绿化'], ['checked', '关于绿化'], ['notified', '签到'], ['final', '签到']] as const)('of a meeting that is %s opens at %s', async (now, item) => {
    expect(at(await open(now))).toBe(item)
  })
  it('goes on to the first item when the meeting begins', async () => {
    const page = await open('notified')
    await press(page, '开会')
    expect(asked(call)).toContainEqual({ ask: 'open_meeting', id: 'm' })
    expect(at(page)).toBe('关于绿化')
  })
  it('stays at the item something is added to, though the minutes become a draft again', async () => {
    const page = await open('checked')
    await go(page, '停车')
    await type(page, '说了什么', '应当先划线。')
    await press(page, '记下发言')
    expect(asked(call).filter(({ ask }) => ask === 'add_speech')).toHaveLength(1)
    expect([state, at(page)]).toEqual(['closed', '关于停车'])
  })
  it('stays at the sign-in too, whoever closes the meeting', async () => {
    const page = await open('running')
    await go(page, '签到')
    state = 'closed'
    broadcast(['meeting'])
    await flushPromises()
    expect(button(page, '预览纪要').exists()).toBe(true)
    expect(at(page)).toBe('签到')
  })
  it('asks before the meeting is closed, and says what was not voted on', async () => {
    const page = await open('running')
    await press(page, '散会')
    const question = inWindow().find('[role=dialog]')
    expect(question.text()).toContain('还有 2 个议题没有表决：关于绿化、关于电梯。')
    await press(question, '取消')
    expect(asked(call).map(({ ask }: Ask) => ask)).toEqual(['council'])
  })
  it('says where there is no such meeting', async () => {
    answering(call, { council: councilView() })
    expect((await open('running')).text()).toContain('没有这次会议')
  })
})
