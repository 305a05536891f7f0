import ipaddr from 'ipaddr.js'

/** Hosts that answer for a cloud's innards although their address looks public. */
const metadata = new Set(['168.63.129.16'])

/**
 * Why an address must not be reached on behalf of somebody else; undefined for a public one.
 * Everything that is not plainly public is refused, so that a range added by a new RFC is not let through.
 */
export function refuseAddress(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'not an IP address'
  const parsed = ipaddr.parse(address)
  if (parsed.kind() === 'ipv4') return refuseV4(parsed.toString())
  const v6 = parsed as ipaddr.IPv6
  // A host that has IPv6 alone reaches public IPv4 through its network's NAT64: the address inside counts.
  if (v6.match(ipaddr.parseCIDR('64:ff9b::/96') as [ipaddr.IPv6, number])) {
    return refuseV4(v6.toByteArray().slice(12).join('.'))
  }
  const range = v6.range()
  if (range !== 'unicast') return range
  return v6.match(ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number]) ? undefined : 'reserved'
}

function refuseV4(address: string): string | undefined {
  if (metadata.has(address)) return 'metadata'
  const range = ipaddr.IPv4.parse(address).range()
  return range === 'unicast' ? undefined : range
}
