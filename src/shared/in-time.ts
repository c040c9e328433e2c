/** What work comes to, or LATE where it takes longer; it is not stopped then, and what becomes of it is not asked any more. */
export async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T | 'LATE'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'LATE'>((resolve) => {
    timer = setTimeout(() => resolve('LATE'), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
