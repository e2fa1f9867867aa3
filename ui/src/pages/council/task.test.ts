import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Feedback } from '../../bindings/Feedback'
import type { Task } from '../../bindings/Task'
import type { TaskLine } from '../../bindings/TaskLine'
import { answering, asked, buttons, choose, councilView, field, onPage, press, refusing, taskLine, type, wrongAt } from '../testing'
import ReportStep from './ReportStep.vue'
import TaskRow from './TaskRow.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('../../transport', async (load) => ({ ...(await load<typeof import('../../transport')>()), call }))
beforeEach(() => { answering(call) })

const open = (task: Partial<Task> = {}, line: Partial<TaskLine> = {}) => mount(TaskRow, { props: { line: taskLine(task, line), bodies: [] }, ...onPage })
const stepped = (more: object) => ({ ask: 'step_task', id: 'k', on: '2024-11-12', outcome: null, due_on: null, by: null, ...more })

describe('a task', () => {
  it('is begun at one press', async () => {
    await press(open({ state: 'open' }), '开始办')
    expect(asked(call)).toEqual([stepped({ to: 'doing' })])
  })
  it('is done, on its day and with what came of it', async () => {
    const page = open()
    await press(page, '办完了')
    await type(page, '办成什么样', ' 划了 40 个车位 ')
    await type(page, '哪天办完的', '11月11日')
    await press(page, '记为办完')
    expect(asked(call)).toEqual([stepped({ to: 'done', on: '2024-11-11', outcome: '划了 40 个车位' })])
    expect(page.find('form').exists()).toBe(false)
  })
  it('is given more time: why, until when, and who agreed', async () => {
    const page = open()
    await press(page, '延期')
    await type(page, '为什么要延期', '漆还没到货')
    await type(page, '谁同意的', '林文斌')
    await type(page, '新的期限', '11月30日')
    await press(page, '延到这一天')
    expect(asked(call)).toEqual([{ ask: 'extend_task', id: 'k', due_on: '2024-11-30', by: '林文斌', reason: '漆还没到货' }])
  })
  it('that was given more time says when it was due first, and who agreed', () => {
    expect(open({ first_due: '2024-11-20', extended_by: '林文斌：漆还没到货', due_on: '2024-11-30' }).text()).toContain('期限 2024年11月30日原定 11月20日，林文斌：漆还没到货')
  })
  it.each([['by', '谁同意的'], ['reason', '为什么要延期'], ['due_on', '新的期限']])('is given no more time where the desk misses %s: it is said there', async (name, label) => {
    answering(call, { extend_task: refusing(name, '这一项要填写。') })
    const page = open()
    await press(page, '延期')
    await press(page, '延到这一天')
    expect(wrongAt(page, label)).toBe('这一项要填写。')
  })
  it('is carried over with its reason, to the end of the next month unless another day is written', async () => {
    const page = open()
    await press(page, '结转下月')
    expect(field(page, '新的期限').element.value).toBe('2024-12-31')
    await type(page, '为什么没办完', '等交通部门答复')
    await press(page, '结转')
    expect(asked(call)).toEqual([stepped({ to: 'carried_over', outcome: '等交通部门答复', due_on: '2024-12-31' })])
  })
  it('that is done is checked by somebody', async () => {
    const page = open({ state: 'done' })
    await press(page, '核验通过')
    await type(page, '谁去核验的', '章志远')
    await press(page, '记为核验通过')
    expect(asked(call)).toEqual([stepped({ to: 'verified', by: '章志远' })])
  })
  it('that is not done well is sent back, and says so', async () => {
    const page = open({ state: 'done' })
    await press(page, '没办好，退回')
    await type(page, '哪里没办好', '线歪了')
    await press(page, '退回重办')
    expect(asked(call)).toEqual([stepped({ to: 'returned', outcome: '线歪了' })])
    expect(open({ state: 'returned' }).find('.tag').text()).toBe('退回重办，还有 8 天')
  })
  it('takes no word of one act into another', async () => {
    const page = open()
    await press(page, '延期')
    await type(page, '为什么要延期', '漆还没到货')
    await press(page, '取消')
    await press(page, '结转下月')
    expect(field(page, '为什么没办完').element.value).toBe('')
  })
  it.each([
    ['open', ['办完了', '开始办', '延期', '结转下月', '修改“西门划线”']], ['doing', ['办完了', '延期', '结转下月', '修改“西门划线”']], ['returned', ['办完了', '延期', '结转下月', '修改“西门划线”']],
    ['done', ['核验通过', '没办好，退回']], ['verified', []], ['carried_over', []],
  ] as const)('that is %s may be: %j', (state, acts) => expect(buttons(open({ state })).filter((name) => name !== '历史' && !name.includes('照片'))).toEqual(acts))
  it('is changed while it is open: what, who, for how much, but not until when', async () => {
    const page = open({ fen: null })
    await press(page, '修改“西门划线”')
    expect(page.text()).toContain('期限不在这里改：要晚一些，用“延期”写明谁同意的。')
    await type(page, '办什么事', ' 东门划线 ')
    await choose(page, '责任方', 'community')
    await type(page, '责任人', '章志远')
    await type(page, '经费（元）', '3500')
    await press(page, '保存')
    expect(asked(call)).toEqual([{ ask: 'edit_task', id: 'k', text: '东门划线', party: 'community', owner: '章志远', fen: 350000 }])
    expect(page.find('form').exists()).toBe(false)
  })
  it('keeps its form while the desk refuses', async () => {
    answering(call, { edit_task: refusing('owner', '这一项要填写。') })
    const page = open()
    await press(page, '修改“西门划线”')
    await type(page, '责任人', '')
    await press(page, '保存')
    expect(wrongAt(page, '责任人')).toBe('这一项要填写。')
  })
  it('says how long it has', () => {
    const words = (line: Partial<TaskLine>): string => open({}, line).find('.tag').text()
    expect([words({ days_left: 0 }), words({ days_left: 3 }), words({ days_left: -2, late: true })]).toEqual(['△今天到期', '还有 3 天', '!逾期 2 天'])
  })
})

describe('what is told of the tasks that are done', () => {
  const told = { id: 'f', task: 'k', on: '2024-11-11', to: '3幢几户', channel: 'phone', satisfaction: 'satisfied', supervisor: '林文斌' } as Feedback
  const line = (text: string, report: TaskLine['report'], report_due: string, more: Partial<Task> = {}, feedback: Feedback[] = []) => taskLine({ id: text, text, state: 'done', ...more }, { report, report_due, feedback })
  const page = (...tasks: TaskLine[]) => mount(ReportStep, { props: { view: councilView({ tasks }) }, ...onPage })

  it('comes by what presses: what is overdue, what is still to be told, then what was told, late or in time; within that by its day', () => {
    const list = page(
      line('按时', 'on_time', '2024-11-05', {}, [told]), line('超时', 'late', '2024-11-04', {}, [told]), line('明天', 'owed', '2024-11-13'), line('今天', 'owed', '2024-11-12'),
      // Told before it was sent back: that does not count any more.
      line('逾期', 'missing', '2024-11-10', { state: 'verified' }, [told]), line('没办完', null, '2024-11-01', { state: 'doing' }),
    )
    expect(list.findAll('h3').map((one) => one.text())).toEqual(['逾期', '今天', '明天', '超时', '按时'])
  })
  it('is recorded: whom, how, and what they said', async () => {
    const list = page(line('划线', 'owed', '2024-11-13'))
    await press(list, '记反馈')
    expect(field(list, '监督人').element.value).toBe('林文斌')
    await type(list, '反馈给谁', ' 3幢几户 ')
    await choose(list, '满意吗', 'fair')
    await press(list, '记下反馈')
    expect(asked(call)).toEqual([{ ask: 'give_feedback', task: '划线', on: '2024-11-12', to: '3幢几户', channel: 'phone', satisfaction: 'fair', supervisor: '林文斌' }])
  })
})
