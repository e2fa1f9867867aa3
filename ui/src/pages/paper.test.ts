import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Ask } from '../bindings/Ask'
import type { Meeting } from '../bindings/Meeting'
import type { MeetingView } from '../bindings/MeetingView'
import type { PaperChoice } from '../bindings/PaperChoice'
import type { PaperPreview } from '../bindings/PaperPreview'
import PaperPage from './PaperPage.vue'
import { answering, asked, button, buttons, councilView, inWindow, meetingView, onPage, press, refusing, type, wrongAt } from './testing'

const call = vi.hoisted(() => vi.fn())
const pickSave = vi.hoisted(() => vi.fn())
vi.mock('../transport', async (load) => ({ ...(await load<typeof import('../transport')>()), call, pickSave }))

const preview: PaperPreview = { title: '关于停车的会议纪要', pages: [], faces: [], uncovered: [], draft: true, issued: [], editions: [], file_name: '2024年11月纪要' }
async function open(kind: PaperChoice['kind'] = 'minutes', meeting: Partial<Meeting> = { state: 'closed' }, paper: Partial<PaperPreview> = {}, view: Partial<MeetingView> = {}, given = {}) {
  answering(call, { preview_paper: { ...preview, ...paper }, council: councilView({ meetings: [meetingView(meeting, view)] }), ...given })
  const page = mount(PaperPage, { props: { kind, id: 'm', month: '2024-11' }, ...onPage })
  await flushPromises()
  return page
}
const previewed = () => asked(call).filter(({ ask }) => ask === 'preview_paper').map((ask) => (ask as Extract<Ask, { ask: 'preview_paper' }>).paper)
const orders = () => asked(call).filter(({ ask }) => ask !== 'preview_paper' && ask !== 'council')

beforeEach(() => { pickSave.mockReset().mockResolvedValue({ path: 'handle', name: '纪要.docx' }) })

describe('minutes on paper', () => {
  const minutes = (form: string, edition: number | null = null) => ({ kind: 'minutes', meeting: 'm', form, edition })
  it('are read with a red head first, then as the chip says, and stay so when it is pressed again', async () => {
    const page = await open()
    await press(page, '普通纪要')
    expect(button(page, '普通纪要').attributes('aria-pressed')).toBe('true')
    await press(page, '会议记录')
    expect(page.text()).toContain('会议记录写得最全')
    await press(page, '会议记录')
    expect(previewed()).toEqual([minutes('red_head'), minutes('plain'), minutes('record')])
  })
  it.each([['存为 Word', 'docx'], ['存为 PDF', 'pdf']])('are kept as they are shown: %s', async (act, format) => {
    const page = await open()
    await press(page, '会议记录')
    await press(page, act)
    expect(pickSave).toHaveBeenCalledWith(`2024年11月纪要.${format}`)
    expect(orders()).toEqual([{ ask: 'save_paper', paper: minutes('record'), format, path: 'handle' }])
  })
  it('are not kept where no place was chosen', async () => {
    pickSave.mockResolvedValue(null)
    const page = await open()
    await press(page, '存为 PDF')
    expect([orders(), page.find('[role=alert]').exists()]).toEqual([[], false])
  })
  it('are checked and made final in one act, by who chaired unless another is written', async () => {
    const page = await open()
    await press(page, '核稿')
    await type(inWindow(), '核稿人', '章志远')
    await press(inWindow(), '核稿并定稿')
    expect(orders()).toEqual([{ ask: 'check_minutes', id: 'm', by: '章志远' }, { ask: 'finalise_minutes', id: 'm', on: '2024-11-12' }])
  })
  it('are only checked where that is asked, and not final where the check is refused', async () => {
    const page = await open()
    await press(page, '核稿')
    await press(inWindow(), '只核稿，先不定稿')
    expect(orders()).toEqual([{ ask: 'check_minutes', id: 'm', by: '林文斌' }])
    page.unmount()
    await press(await open('minutes', { state: 'closed' }, {}, {}, { check_minutes: refusing('by', '这一项要填写。') }), '核稿')
    await press(inWindow(), '核稿并定稿')
    expect(orders().map(({ ask }) => ask)).toEqual(['check_minutes'])
    expect(wrongAt(inWindow(), '核稿人')).toBe('这一项要填写。')
  })
  it('are not checked while something is missing, which is listed', async () => {
    const page = await open('minutes', { state: 'closed' }, {}, { lacking: ['“关于停车”没有表决。'] })
    expect(button(page, '核稿').attributes('disabled')).toBeDefined()
    expect(page.text()).toContain('定稿还差“关于停车”没有表决。')
  })
  it('that are final are corrected with a reason, and each edition is read again', async () => {
    const page = await open('minutes', { state: 'final' }, { draft: false, editions: [{ edition: 2, on: '2024-11-12', reason: '漏记费用', hash: 'b' }, { edition: 1, on: '2024-11-10', reason: null, hash: 'a' }] })
    await press(page, '第 1 版')
    expect(page.text()).toContain('第 1 版，共 0 页；后来已经更正。')
    await press(page, '看最新的')
    expect(previewed()).toEqual([minutes('red_head'), minutes('red_head', 1), minutes('red_head')])
    await press(page, '出更正版')
    await type(inWindow(), '哪里有错', ' 漏记了费用 ')
    await press(inWindow(), '开始更正')
    expect(orders()).toEqual([{ ask: 'correct_minutes', id: 'm', reason: '漏记了费用' }])
  })
})

describe('another paper', () => {
  it.each([
    ['sign_in', { kind: 'sign_in', meeting: 'm' }], ['notice', { kind: 'notice', meeting: 'm' }], ['task_slip', { kind: 'task_slip', task: 'm' }], ['opinion_reply', { kind: 'opinion_reply', opinion: 'm' }],
    ['publicity', { kind: 'publicity', publicity: 'm' }], ['house_rule', { kind: 'house_rule', rule: 'm' }], ['demand', { kind: 'demand', demand: 'm' }],
  ] as const)('has one form: %s', async (kind, choice) => {
    const page = await open(kind)
    expect(previewed()).toEqual([choice])
    for (const act of ['红头纪要', '核稿', '定稿']) expect(buttons(page)).not.toContain(act)
  })
  it('is registered for its seal where one goes on it', async () => {
    expect(buttons(await open('demand'))).toContain('登记用印')
    expect(buttons(await open('sign_in'))).not.toContain('登记用印')
  })
})
