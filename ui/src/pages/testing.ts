/** What the tests of the pages share: a desk that answers, what stands on a month's page, and how somebody finds things there by their words. */
import { DOMWrapper, enableAutoUnmount, flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, type Mock } from 'vitest'
import type { Ask } from '../bindings/Ask'
import type { CouncilView } from '../bindings/CouncilView'
import type { Delegate } from '../bindings/Delegate'
import type { Meeting } from '../bindings/Meeting'
import type { MeetingView } from '../bindings/MeetingView'
import type { Opinion } from '../bindings/Opinion'
import type { OpinionLine } from '../bindings/OpinionLine'
import type { PartyAttendance } from '../bindings/PartyAttendance'
import type { Presence } from '../bindings/Presence'
import type { SignInLine } from '../bindings/SignInLine'
import type { Status } from '../bindings/Status'
import type { Task } from '../bindings/Task'
import type { TaskLine } from '../bindings/TaskLine'
import type { Topic } from '../bindings/Topic'
import type { TopicLine } from '../bindings/TopicLine'
import type { Choice } from '../components/choices'
import Select from '../components/Select.vue'
import { desk } from '../desk'
import { router } from '../router'

enableAutoUnmount(afterEach)

/** How a page is mounted: in the document, so that buttons submit and dialogs open, with the addresses of the program. */
export const onPage = { attachTo: document.body, global: { plugins: [router] } }

// The desk

export const TODAY = '2024-11-12'
const status = { state: 'open', role: 'secretary', person: '林文斌', today: TODAY, month: '2024-11', looking_at: null } as unknown as Status
const standing: Partial<Record<Ask['ask'], unknown>> = { status, load_draft: null, attachments: [] }

/** A desk that saves whatever it is told, apart from what is given here; a function answers by the question. */
export function answering(call: Mock, given: Partial<Record<Ask['ask'], unknown>> = {}): void {
  desk.status = status
  const answers: Partial<Record<Ask['ask'], unknown>> = { ...standing, ...given }
  call.mockReset().mockImplementation(async (ask: Ask) => {
    const answer = ask.ask in answers ? answers[ask.ask] : { id: 'new', save: 1, message: '', changed: [] }
    return typeof answer === 'function' ? (answer as (ask: Ask) => unknown)(ask) : answer
  })
}
/** The desk refuses, and says which field it is about. */
export function refusing(field: string, message: string) {
  return (): never => { throw { code: 'field', message, advice: '', field } }
}
/** The orders it was given, and the questions of the page; without the standing ones. */
export function asked(call: Mock): Ask[] {
  return call.mock.calls.map(([ask]) => ask as Ask).filter(({ ask }) => !(ask in standing) && ask !== 'save_draft' && ask !== 'drop_draft')
}

// What is on the page

type Page = Pick<VueWrapper, 'findAll' | 'findAllComponents'>
type Part = Pick<DOMWrapper<Element>, 'findAll'>
/** All that is in the window: dialogs stand beside the page. */
export const inWindow = (): DOMWrapper<Element> => new DOMWrapper(document.body)

/** What is read aloud of it: its label, or its words without its signs and keys. */
function nameOf({ element }: DOMWrapper<Element>): string {
  const label = element.getAttribute('aria-label')
  if (label) return label
  const words = element.cloneNode(true) as Element
  for (const sign of words.querySelectorAll('[aria-hidden="true"], .optional')) sign.remove()
  return words.textContent.trim()
}
/** Within the page: every one mounted counts its ids anew. */
const byId = (part: Part, id: string | undefined): DOMWrapper<Element> | undefined => (id ? part.findAll(`[id="${id}"]`)[0] : undefined)
const named = (part: Part, selector: string, name: string): DOMWrapper<Element>[] => part.findAll(selector).filter((one) => nameOf(one) === name)

export function buttons(part: Part): string[] {
  return part.findAll('button').map(nameOf)
}
export function button(part: Part, name: string): DOMWrapper<HTMLButtonElement> {
  const [found] = named(part, 'button', name)
  if (!found) throw new Error(`no button «${name}» among ${buttons(part).join(' | ')}`)
  return found as DOMWrapper<HTMLButtonElement>
}
/** Presses a button and waits for what comes of it. */
export async function press(part: Part, name: string): Promise<void> {
  await button(part, name).trigger('click')
  await flushPromises()
}
export function field(part: Part, label: string): DOMWrapper<HTMLInputElement> {
  const [found] = named(part, 'label', label)
  if (!found) throw new Error(`no field «${label}» among ${part.findAll('label').map(nameOf).join(' | ')}`)
  return byId(part, found.attributes('for')) as DOMWrapper<HTMLInputElement>
}
/** Types into a field and leaves it. */
export async function type(part: Part, label: string, text: string): Promise<void> {
  const one = field(part, label)
  await one.setValue(text)
  await one.trigger('change')
}
/** What is said to be wrong with a field; nothing where it is right. */
export function wrongAt(part: Part, label: string): string {
  const words = byId(part, field(part, label).attributes('aria-describedby'))
  return words?.attributes('role') === 'alert' ? nameOf(words) : ''
}
/** Picks from a list what it offers. */
export async function choose(page: Page, label: string, value: string): Promise<void> {
  const list = page.findAllComponents(Select).find((one) => one.props('label') === label)
  const offered = (list?.props('choices') ?? []).map((choice: Choice) => choice.value)
  if (!list || !offered.includes(value)) throw new Error(`no «${value}» in the list «${label}»: ${offered.join(' | ')}`)
  list.vm.$emit('update:modelValue', value)
  await flushPromises()
}

// A month

export function topicLine(topic: Partial<Topic> = {}, line: Partial<TopicLine> = {}): TopicLine {
  const { id = 't', opinions = [] } = topic
  return {
    topic: { id, month: '2024-11', title: `关于${id}`, opinions, state: 'candidate', reason: null, decided_on: null, benefit: true, owner_matter: null, sponsor: '林文斌', carried_from: null, outside: null, outside_on: null, ...topic },
    opinions: opinions.length, speeches: [], vote: null, resolutions: [], conflict: false, late_entry: false, stage: topic.state ?? 'candidate', accounts: 1, carried_to: null, owner_vote: null, owner_verdict: null, outcome: null, later: false, ...line,
  } as TopicLine
}
export function opinionLine(opinion: Partial<Opinion> = {}, line: Partial<OpinionLine> = {}): OpinionLine {
  return {
    opinion: { id: 'o', month: '2024-11', on: '2024-11-03', source: 'visit', category: 'parking', text: '', person: null, place: null, ...opinion },
    person: null, in_topic: null, topic_title: null, late_entry: false, files: 0, fate: null, replies: [], ...line,
  } as OpinionLine
}
export function taskLine(task: Partial<Task> = {}, line: Partial<TaskLine> = {}): TaskLine {
  return {
    task: { id: 'k', month: '2024-11', resolution: null, text: '西门划线', party: 'property', owner: '罗军', due_on: '2024-11-20', state: 'doing', done_on: null, outcome: null, carried_from: null, fen: null, verified_by: null, first_due: null, extended_by: null, verified_on: null, ...task },
    days_left: 8, late: false, report_due: null, report: null, feedback: [], late_entry: false, files: 0, ...line,
  } as TaskLine
}
export function councilView(view: Partial<CouncilView> = {}): CouncilView {
  return {
    month: '2024-11', steps: [], policy: { notice_days: 3, report_days: 1, assembly_quorum_over: [1, 2], assembly_demand: [1, 5] }, no_topic: null,
    opinions: [], earlier: [], topics: [], meetings: [], tasks: [], delegates: [], bodies: [], ...view,
  } as unknown as CouncilView
}

// A meeting

export function signInLine(name: string, presence: Presence | null = null, line: Partial<SignInLine> = {}, delegate: Partial<Delegate> = {}): SignInLine {
  return { delegate: { id: name, party: 'owners', name, unit: null, title: null, deputy: null, ...delegate } as Delegate, name, presence, note: null, came_at: null, left_at: null, ...line }
}
export function attendance(lines: SignInLine[], party: Partial<PartyAttendance> = {}): PartyAttendance {
  const came = lines.filter(({ presence }) => presence === 'present' || presence === 'proxy').length
  return { party: 'owners', title: '物业管理委员会', invited: lines.length, present: came, leave: 0, lines, standing: null, ...party }
}
export function meetingView(meeting: Partial<Meeting> = {}, view: Partial<MeetingView> = {}): MeetingView {
  return {
    meeting: {
      id: 'm', month: '2024-11', kind: 'council', held_at: '2024-11-15T19:00:00+08:00', place: '服务站', chair: '林文斌', recorder: '何', agenda: ['t'], state: 'notified', number: null, final_on: null,
      parties: null, correction: null, notified_on: '2024-11-10', checked_by: null, guests: [], ended_at: null, basis: null, eligible: null, demanded: null, came: null, ...meeting,
    },
    stage: 'notified', parties: [], guests: [], observers: [], invited: 0, present: 0, quorum: 0, quorate: true, quorum_sentence: '', assembly: null, lacking: [], warnings: [], accounts: 0,
    late_entry: false, changed_since_final: false, topics: [], ...view,
  } as MeetingView
}
