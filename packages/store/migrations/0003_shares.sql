-- In whose share of the machine a job is: the key that asked for it, or its owner where no key did.
alter table job add column share text;
update job set share = owner;
alter table job alter column share set not null;

drop index job_owner_turn;
create index job_share_turn on job (share, lane, priority, fair_tag) where state in ('queued', 'running');

-- As before, by share instead of by owner.
drop function next_turn(text, text, text);
create function next_turn(job_share text, job_lane text, job_priority text) returns bigint
language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock(hashtext('job turn'), hashtext(job_share));
  return (
    select greatest(
      coalesce(
        (select max(fair_tag) from job where lane = job_lane and priority = job_priority and state = 'running'),
        (select min(fair_tag) from job where lane = job_lane and priority = job_priority and state = 'queued'),
        1),
      coalesce(
        (select max(fair_tag) + 1 from job
          where lane = job_lane and priority = job_priority and share = job_share and state in ('queued', 'running')),
        1)));
end
$$;
