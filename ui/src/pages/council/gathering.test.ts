import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { answering, asked, choose, councilView, field, onPage, opinionLine, press, topicLine } from '../testing'
import ChooseStep from './ChooseStep.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))
beforeEach(() => { answering(call) })

const view = councilView({
  opinions: [opinionLine({ id: 'o1', text: '西门没地方停车' }), opinionLine({ id: 'o2', text: '车停在消防通道上' }), opinionLine({ id: 'o3', text: '树长得挡光' })],
  topics: [topicLine({ id: '停车' }), topicLine({ id: '电梯', state: 'passed' })],
})
const open = (more: Partial<typeof view> = {}) => mount(ChooseStep, { props: { view: { ...view, ...more } }, ...onPage })
type Step = ReturnType<typeof open>
const opinion = (page: Step, text: string) => page.findAll('.opinion').find((one) => one.text().includes(text))!.element
const topic = (page: Step, title: string) => page.findAll('.topic').find((one) => one.text().includes(title))!

/** One event of a drag, as the web view sends it. */
function drag(kind: string, onto: Element, carried: DataTransfer): Event {
  const event = Object.assign(new Event(kind, { bubbles: true, cancelable: true }), { dataTransfer: carried })
  onto.dispatchEvent(event)
  return event
}
/** Takes hold of an opinion, holds it over a topic, lets go where that is allowed. */
async function dragged(page: Step, text: string, title: string): Promise<boolean> {
  const carried = new DataTransfer()
  drag('dragstart', opinion(page, text), carried)
  const allowed = drag('dragover', topic(page, title).element, carried).defaultPrevented
  if (allowed) drag('drop', topic(page, title).element, carried)
  await vi.waitFor(() => expect(page.findAll('.working')).toEqual([]))
  return allowed
}

describe('opinions', () => {
  it('dragged onto a topic are gathered into it', async () => {
    const page = open()
    expect(await dragged(page, '消防通道', '关于停车')).toBe(true)
    expect(asked(call)).toEqual([{ ask: 'gather_opinions', topic: '停车', opinions: ['o2'], out: false }])
  })
  it('come along where they are ticked with the one taken hold of, and else stay', async () => {
    const page = open()
    await field(page, '西门没地方停车').setValue(true)
    await field(page, '车停在消防通道上').setValue(true)
    await dragged(page, '西门', '关于停车')
    await dragged(page, '挡光', '关于停车')
    expect(asked(call)).toMatchObject([{ opinions: ['o1', 'o2'] }, { opinions: ['o3'] }])
  })
  it('are shown where they would fall while they are held there', async () => {
    const page = open()
    const carried = new DataTransfer()
    drag('dragstart', opinion(page, '西门'), carried)
    drag('dragover', topic(page, '关于停车').element, carried)
    await page.vm.$nextTick()
    expect(topic(page, '关于停车').classes()).toContain('over')
    drag('dragleave', topic(page, '关于停车').element, carried)
    await page.vm.$nextTick()
    expect(topic(page, '关于停车').classes()).not.toContain('over')
  })
  it('are not taken by a topic that was voted on', async () => {
    expect(await dragged(open(), '西门', '关于电梯')).toBe(false)
    expect(asked(call)).toEqual([])
  })
  it('are all that a topic takes: a file dropped there is none', () => {
    const page = open()
    const file = new DataTransfer()
    file.setData('text/uri-list', 'file:///a.jpg')
    expect(drag('dragover', topic(page, '关于停车').element, file).defaultPrevented).toBe(false)
    drag('drop', topic(page, '关于停车').element, file)
    expect(asked(call)).toEqual([])
  })
  it('are gathered by the keyboard too: ticked, then put into a topic by its name', async () => {
    const page = open()
    await field(page, '西门没地方停车').setValue(true)
    await field(page, '树长得挡光').setValue(true)
    await choose(page, '归入已有的议题', '停车')
    await press(page, '把选中的 2 条归进去')
    expect(asked(call)).toEqual([{ ask: 'gather_opinions', topic: '停车', opinions: ['o1', 'o3'], out: false }])
    expect(field(page, '西门没地方停车').element.checked).toBe(false)
  })
  it('are taken out again one by one, and the keyboard goes on at their list', async () => {
    const page = open({ opinions: [opinionLine({ id: 'o1', text: '西门没地方停车' }, { in_topic: '停车' })], topics: [topicLine({ id: '停车', opinions: ['o1'] })] })
    await press(page, '看民意')
    await press(page, '移出“西门没地方停车”')
    expect(asked(call)).toEqual([{ ask: 'gather_opinions', topic: '停车', opinions: ['o1'], out: true }])
    expect(document.activeElement?.textContent).toBe('收起民意')
  })
  it('stay in a topic that was voted on', async () => {
    const page = open({ topics: [topicLine({ id: '电梯', state: 'passed', opinions: ['o1'] })] })
    await press(page, '看民意')
    expect(topic(page, '关于电梯').text()).toContain('西门没地方停车')
    expect(topic(page, '关于电梯').text()).not.toContain('移出')
  })
})
