-- An owner's next turn in a lane and priority is one after its own last live job, but not before the turn that is being
-- served: so owners alternate however many jobs each has waiting, and one who comes later neither waits for the others'
-- backlog nor catches up on turns it never asked for.
--
-- Simultaneous requests of one owner queue up behind the lock, and each sees the job of the one before: the queries of a
-- volatile function take their snapshot when they run, not when the statement that calls it began.
create function next_turn(job_owner text, job_lane text, job_priority text) returns bigint
language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock(hashtext('job turn'), hashtext(job_owner));
  return (
    select greatest(
      coalesce(
        (select max(fair_tag) from job where lane = job_lane and priority = job_priority and state = 'running'),
        (select min(fair_tag) from job where lane = job_lane and priority = job_priority and state = 'queued'),
        1),
      coalesce(
        (select max(fair_tag) + 1 from job
          where lane = job_lane and priority = job_priority and owner = job_owner and state in ('queued', 'running')),
        1)));
end
$$;
