/** How a third value of a field is written: as text, a day, an amount or one of its words; not at all for links to other records. */
import type { ConflictCard } from '../../bindings/ConflictCard'
import { categories, mediationStates, occupancies, requestStates, satisfactions, sexes, sources } from '../../labels'
import { meetingKinds, ownerMatters, parties, taskStates, topicStates } from '../council/terms'

export type Writing = { as: 'text' | 'day' | 'money' } | { as: 'words'; words: Record<string, string> } | null

const yes = { 是: '是', 否: '否' }
const words: Record<string, Record<string, string>> = {
  'request.state': requestStates, 'mediation.state': mediationStates, 'topic.state': topicStates, 'task.state': taskStates,
  'request.category': categories, 'mediation.category': categories, 'request.source': sources, 'request.urgency': { normal: '一般', urgent: '紧急' },
  'request.satisfaction': satisfactions, 'person.sex': sexes, 'person.occupancy': occupancies, 'person.party_member': yes, 'topic.benefit': yes,
  'topic.owner_matter': ownerMatters, 'delegate.party': parties, 'task.party': parties, 'meeting.kind': meetingKinds,
}
const days = ['accepted_on', 'due_on', 'closed_on', 'done_on', 'decided_on', 'checked_in_on', 'since', 'until']
const texts: Record<string, string[]> = {
  compound: ['name', 'community', 'street', 'district', 'households'],
  person: ['name', 'building', 'unit', 'room', 'relation', 'birth', 'phones', 'skills', 'employer', 'id_number', 'note'],
  request: ['result', 'place', 'text', 'handler'],
  mediation: ['parties', 'facts', 'mediator', 'committee'],
  agreement_term: ['text'],
  cycle: ['no_topic'],
  topic: ['title', 'reason', 'sponsor'],
  meeting: ['place', 'chair', 'recorder'],
  delegate: ['name', 'unit', 'title'],
  resolution: ['text'],
  task: ['text', 'owner', 'outcome'],
}

/** How this field of this kind is written; null where only one of the sides can be chosen. */
export function writingOf(kind: string, field: string): Writing {
  const known = words[`${kind}.${field}`]
  if (known) return { as: 'words', words: known }
  if (kind === 'agreement_term' && field === 'fen') return { as: 'money' }
  if (days.includes(field)) return { as: 'day' }
  return texts[kind]?.includes(field) ? { as: 'text' } : null
}

/** Whether a third value can be written for the card. */
export function mayWriteThird({ kind, record_kind, fields }: ConflictCard): boolean {
  return kind === 'field' && fields.length > 0 && fields.every(([name]) => writingOf(record_kind, name) !== null)
}

/** What the writing starts from: the value shown first, unless it is hidden or empty. */
export function beginning(writing: Writing, shown: string): string | null {
  if (writing?.as === 'words') return Object.entries(writing.words).find(([, word]) => word === shown)?.[0] ?? null
  if (writing?.as === 'day') return /^\d{4}-\d{2}-\d{2}$/.test(shown) ? shown : null
  return shown === '（空）' || shown.includes('*') ? '' : shown
}
