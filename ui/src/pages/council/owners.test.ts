import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Ask } from '../../bindings/Ask'
import type { OwnerBallotsView } from '../../bindings/OwnerBallotsView'
import type { OwnerVote as Vote } from '../../bindings/OwnerVote'
import type { TopicLine } from '../../bindings/TopicLine'
import OwnerBallots from './OwnerBallots.vue'
import OwnerVote from './OwnerVote.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))

const totals: OwnerBallotsView = { topic: 't', ballots: [{ id: 'b', topic: 't', owner: '张伟（大）', room: '3-2-501', area: 9000, choice: 'yes', on: '2024-11-10' }], owners_took_part: 210, owners_agreed: 170, area_took_part: 2100000, area_agreed: 1575000 }
const recorded = (by_room: boolean | null): Vote => ({ id: 'v', topic: 't', on: '2024-11-10', owners: 300, owners_took_part: 210, owners_agreed: 170, area: 3120050, area_took_part: 2100000, area_agreed: 1575000, notified_on: '2024-10-20', by_room })
function open(vote: Vote | null) {
  const topic = { id: 't', month: '2024-11', title: '关于公共收益车位', opinions: [], state: 'to_owners', reason: null, decided_on: null, benefit: true, owner_matter: 'common_use', sponsor: null, carried_from: null, outside: null } as const
  const line = { topic: { ...topic, opinions: [] }, owner_vote: vote, owner_verdict: null } as unknown as TopicLine
  return mount(OwnerVote, { props: { line } })
}
/** What the desk was last asked to count. */
const counted = () => call.mock.calls.map(([ask]) => ask as Ask).filter(({ ask }) => ask === 'count_owner_vote').at(-1) as Extract<Ask, { ask: 'count_owner_vote' }> | undefined

beforeEach(() => {
  call.mockReset()
  call.mockImplementation(({ ask }: Ask) => Promise.resolve(ask === 'owner_ballots' ? totals : { outcome: 'passed', three_quarters: false, sentence: '' }))
})

describe("the owners' vote", () => {
  it('is by room while its totals are those of the ballots, and no longer when they are typed over', async () => {
    const page = open(null)
    await page.findAll('button').find((one) => one.text() === '逐户计票')?.trigger('click')
    page.findComponent(OwnerBallots).vm.$emit('take', totals)
    await page.vm.$nextTick()
    const field = (label: string) => page.findAll('.field').find((one) => one.text().startsWith(label))!.find('input')
    await field('业主总人数').setValue('300')
    await field('业主总人数').trigger('change')
    await field('专有部分总面积').setValue('31200.5')
    await field('专有部分总面积').trigger('change')
    expect(field('专有部分总面积').element.value).toBe('31,200.5')
    expect(counted()).toMatchObject({ owners: 300, owners_took_part: 210, area: 3120050, by_room: true, notified_on: null })
    await field('同意的人数').setValue('171')
    await field('同意的人数').trigger('change')
    expect(counted()).toMatchObject({ owners_agreed: 171, by_room: false })
    page.unmount()
  })
  it.each([[true, '逐户计票'], [false, '登记的总数'], [null, '']])('says how it was counted: %s', (by_room, words) => {
    const page = open(recorded(by_room))
    expect(page.find('.line').text()).toBe(`业主表决11月10日计票${words && ` · ${words}`}`)
    page.unmount()
  })
  it('stays by room when it is registered anew without a change to its totals', async () => {
    const page = open(recorded(true))
    await page.findAll('button').find((one) => one.text() === '重新登记')?.trigger('click')
    await page.vm.$nextTick()
    expect(counted()).toMatchObject({ notified_on: '2024-10-20', by_room: true })
    page.unmount()
  })
})
