/** What is posted for a message, and to where, as things are now. */
export interface Letter {
  url: string
  /** Whether it may be an address of the own network, and plain http. */
  private: boolean
  body: string
  /** `whsec_` and the key in base64. */
  secret: string
}
