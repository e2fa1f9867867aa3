import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { CanvassResult } from '../../bindings/CanvassResult'
import type { Cell } from './plan'
import { useRecording } from './recording'

const order = vi.hoisted(() => vi.fn<(ask: { room: string }) => Promise<unknown>>())
vi.mock('../../desk', () => ({ order }))

const cell = (room: string, result: CanvassResult | null = null): Cell => ({ key: room, building: '1', room: { unit: null, room, result, on: null, by: null, note: null, visits: 0 } })
const visit = (room: string, result: CanvassResult) => ({ canvass: 'c', building: '1', unit: null, room, on: '2024-11-12', by: '林', result, note: null })

describe('results typed one after the other', () => {
  beforeEach(() => { order.mockReset() })

  it('are shown at once and stored in turn', async () => {
    const ends: (() => void)[] = []
    order.mockImplementation(() => new Promise((done) => ends.push(() => done({}))))
    const { record, resultOf, settle } = useRecording()
    const first = record('101', visit('101', 'agrees'))
    const second = record('102', visit('102', 'objects'))
    expect([resultOf(cell('101')), resultOf(cell('102'))]).toEqual(['agrees', 'objects'])
    await vi.waitFor(() => expect(order).toHaveBeenCalledTimes(1))
    ends[0]?.()
    await first
    await vi.waitFor(() => expect(order).toHaveBeenCalledTimes(2))
    // Read again in between: what is stored comes from the desk now, the other one still waits.
    settle()
    expect([resultOf(cell('101', 'agrees')), resultOf(cell('102'))]).toEqual(['agrees', 'objects'])
    expect(resultOf(cell('101'))).toBeNull()
    ends[1]?.()
    expect(await second).toBe(true)
  })

  it('say which was refused, and go on with the next', async () => {
    order.mockRejectedValueOnce({ code: 'rule', message: '这次走访已经结束。', advice: '' }).mockResolvedValue({})
    const { record, resultOf, failure, failed } = useRecording()
    const first = record('101', visit('101', 'agrees'))
    expect(await first).toBe(false)
    expect([resultOf(cell('101')), failed.value, failure.value?.code]).toEqual([null, '101', 'rule'])
    expect(await record('102', visit('102', 'agrees'))).toBe(true)
    expect(failure.value).toBeNull()
  })
})
