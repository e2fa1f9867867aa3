import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { router } from '../../router'
import type { Matters } from '../matters'
import { answering, asked, choose, onPage, press, refusing, type, wrongAt } from '../testing'
import CanvassForm from './CanvassForm.vue'
import CanvassList from './CanvassList.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))

const matters: Matters = { topics: [{ value: 't', label: '关于充电棚' }], meetings: [], rules: [], publicityDays: 7, campaignDays: 31, demandDays: 15 }
const buildings = [{ building: '1', rooms: 24 }, { building: '2', rooms: 30 }]
const orders = () => asked(call).filter(({ ask }) => ask === 'save_canvass')
async function open(given = {}) {
  answering(call, { canvasses: [], buildings, ...given })
  const page = mount(CanvassList, { props: { matters }, ...onPage })
  await flushPromises()
  await press(page, '发起走访')
  return page
}

describe('a canvass', () => {
  it('puts one question at the doors of some buildings, and is gone on with at once', async () => {
    const push = vi.spyOn(router, 'push').mockResolvedValue(undefined)
    const page = await open()
    await type(page, '上门问什么', ' 同意建充电棚吗？ ')
    await choose(page, '为哪个议题', 't')
    await type(page, '从哪天起', '11月15日')
    await page.findAll('[aria-label=走哪几幢] button')[1]?.trigger('click')
    expect(page.text()).toContain('选了 1 幢')
    await press(page, '发起这次走访')
    expect(orders()).toEqual([{ ask: 'save_canvass', id: null, question: '同意建充电棚吗？', topic: 't', from: '2024-11-15', until: null, buildings: ['2'] }])
    expect(push).toHaveBeenCalledWith('/canvass/new')
    expect(page.find('form').exists()).toBe(false)
    push.mockRestore()
  })
  it('goes to every door where no building is chosen, and is for no topic unless one is', async () => {
    vi.spyOn(router, 'push').mockResolvedValue(undefined)
    const page = await open()
    expect(page.text()).toContain('一个不选就是全部')
    await type(page, '上门问什么', '同意吗？')
    await press(page, '发起这次走访')
    expect(orders()).toMatchObject([{ topic: null, from: '2024-11-12', buildings: [] }])
    vi.restoreAllMocks()
  })
  it('is not begun without its question: it is said there', async () => {
    const page = await open({ save_canvass: refusing('question', '这一项要填写。') })
    await press(page, '发起这次走访')
    expect(wrongAt(page, '上门问什么')).toBe('这一项要填写。')
  })
  it('that is going on is ended with its last day', async () => {
    answering(call, { buildings })
    const page = mount(CanvassForm, { props: { matters, canvass: { id: 'c', question: '同意吗？', topic: 'old', from: '2024-11-01', until: null, buildings: ['1'] } }, ...onPage })
    await flushPromises()
    await type(page, '哪天结束的', '今天')
    await press(page, '保存')
    expect(orders()).toEqual([{ ask: 'save_canvass', id: 'c', question: '同意吗？', topic: 'old', from: '2024-11-01', until: '2024-11-12', buildings: ['1'] }])
    expect(page.emitted('done')).toHaveLength(1)
  })
})
