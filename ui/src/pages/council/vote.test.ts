import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { MeetingView } from '../../bindings/MeetingView'
import type { TopicLine } from '../../bindings/TopicLine'
import { answering, asked, attendance, field, meetingView, onPage, press, refusing, signInLine, topicLine, type } from '../testing'
import ItemVote from './ItemVote.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))
beforeEach(() => { answering(call) })

const room = [...Array.from({ length: 9 }, (_, place) => signInLine(`代表${place}`, 'present')), signInLine('先走', 'present', { left_at: '20:00:00' }), signInLine('请假', 'leave')]
const open = (view: Partial<MeetingView> = {}, line: Partial<TopicLine> = {}) =>
  mount(ItemVote, { props: { view: meetingView({ state: 'running' }, { parties: [attendance(room)], ...view }), line: topicLine({ state: 'chosen' }, line) }, ...onPage })
/** A vote by hands, with what is typed: 同意, 反对, 弃权, 回避. */
async function hands(page: ReturnType<typeof open>, ...numbers: number[]): Promise<void> {
  if (page.find('[aria-label=怎么表决]').exists()) await press(page, '举手表决')
  for (const [place, word] of ['同意', '反对', '弃权', '回避'].entries()) await type(page, word, String(numbers[place] ?? 0))
}
const sum = (page: ReturnType<typeof open>) => page.find('[role=status]').text()
const present = (page: ReturnType<typeof open>) => field(page, '在场表决人数').element.value

describe('a vote by hands', () => {
  it('begins with who is in the room: who left early is not, who is on leave never was', async () => {
    const page = open()
    await hands(page)
    expect(present(page)).toBe('9')
  })
  it('has fewer in the room for everybody who recuses themselves', async () => {
    const page = open()
    await hands(page, 5, 1, 1, 2)
    expect(present(page)).toBe('7')
    expect(sum(page)).toBe('三项相加 7 票，与在场人数相符。')
    await press(page, '记下表决')
    expect(asked(call)).toEqual([{ ask: 'record_vote', meeting: 'm', topic: 't', method: 'hands', present: 7, yes: 5, no: 1, abstain: 1, recused: 2, ballots: [] }])
  })
  it.each([[[5, 1, 1], '三项相加 7 票，在场 9 人，还差 2 票。'], [[9, 1, 0], '三项相加 10 票，在场 9 人，多了 1 票。'], [[9, 1, 0, 1], '三项相加 10 票，在场 8 人，多了 2 票。']])(
    'says how many are missing or too many: %j', async (numbers, words) => {
      const page = open()
      await hands(page, ...numbers)
      expect(sum(page)).toBe(words)
    })
  it('is asked as it was typed, and where the desk refuses it is said why', async () => {
    answering(call, { record_vote: () => { throw { code: 'rule', message: '票数对不上。', advice: '' } } })
    const page = open()
    await hands(page, 6, 1, 0)
    await type(page, '在场表决人数', '8')
    await press(page, '记下表决')
    expect(asked(call)).toMatchObject([{ present: 8, yes: 6, no: 1, abstain: 0, recused: 0 }])
    expect(page.find('[role=alert]').text()).toContain('票数对不上。')
    expect(page.emitted('done')).toBeUndefined()
    expect(field(page, '同意').element.value).toBe('6')
  })
  it('of an assembly begins with all who came, and is the only way there', async () => {
    const page = open({ parties: [], present: 300, meeting: meetingView({ basis: 'households', came: 300 }).meeting })
    await flushPromises()
    expect(page.find('[aria-label=怎么表决]').exists()).toBe(false)
    await hands(page, 240, 50, 8, 2)
    expect([present(page), sum(page)]).toEqual(['298', '三项相加 298 票，与在场人数相符。'])
  })
  it('that was miscounted is counted again', async () => {
    const vote = { id: 'v', meeting: 'm', topic: 't', method: 'hands', present: 9, yes: 5, no: 4, abstain: 0, recused: 0, ballots: [] } as const
    const page = open({}, { vote: { ...vote, ballots: [] } })
    expect(page.text()).toContain('在场表决 9 人，举手表决。')
    await press(page, '记错了，重新记票')
    await hands(page, 9)
    await press(page, '记下表决')
    expect(asked(call)).toMatchObject([{ yes: 9, no: 0, present: 9 }])
    expect(page.emitted('done')).toHaveLength(1)
  })
  it('comes back as it was typed, the number in the room too', async () => {
    answering(call, { load_draft: JSON.stringify({ method: 'hands', cast: {}, present: 6, hands: { yes: 5, no: 1, abstain: 0, recused: 1 } }) })
    const page = open()
    await flushPromises()
    expect(present(page)).toBe('6')
  })
})

describe('a vote by name', () => {
  it('is refused with a reason that is shown', async () => {
    answering(call, { record_vote: refusing('ballots', '有人投了两次。') })
    const page = open()
    await page.findAll('.choices button')[0]?.trigger('click')
    await press(page, '记下表决')
    expect(page.find('[role=alert]').text()).toContain('有人投了两次。')
  })
})
