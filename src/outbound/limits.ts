/** Bytes of the headers of an answer: what browsers take. */
export const HEADER_LIMIT = 256 * 1024;

/**
 * Bytes of a body that is not used: an answer that ends within them closes its connection in order, a longer
 * one is cut.
 */
export const UNREAD_LIMIT = 16 * 1024;
