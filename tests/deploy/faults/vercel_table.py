"""What must come of every fault of Vercel at every step; the words are those of `table`.

Refusals that waiting does not cure (401, 402, 403, 404, 409, most 400) end a deployment before its host has it, but not
one that is there: only a refused token ends its watching. What may be done twice is done again; before a create is, the
host is asked for the first. A `user` of 403 is a team's token, which may not ask who it is. The name of a team is only
for showing. A log is not the deployment: its loss changes nothing.
"""

from __future__ import annotations

from tests.deploy.faults.table import read
from tests.emulators.vercel import Fault

UNTIL_IT_IS_CREATED = """
fault                            user teams team project was-ready make-project handshake upload create
401                              no   no    ok   no      no        no           no        no     no
402                              no   no    ok   no      no        no           no        no     no
402-api-deployments-free-per-day no   no    ok   no      no        no           no        no     no
403                              ok   no    ok   no      no        no           no        no     no
403-invalid-token                ok   no    ok   no      no        no           no        no     no
403-saml                         ok   no    ok   no      no        no           no        no     no
404                              no   no    ok   ok      no        no           no        no     no
409                              no   no    ok   no      no        no           no        no     no
413                              no   no    ok   no      no        no           ok        ok     ok
429                              ok   ok    ok   ok      ok        ok           ok        ok     ok
429-retry-after-int              ok   ok    ok   ok      ok        ok           ok        ok     ok
429-retry-after-float            ok   ok    ok   ok      ok        ok           ok        ok     ok
429-retry-after-http-date        ok   ok    ok   ok      ok        ok           ok        ok     ok
429-retry-after-text-date        ok   ok    ok   ok      ok        ok           ok        ok     ok
429-reset-seconds                ok   ok    ok   ok      ok        ok           ok        ok     ok
429-reset-ms                     ok   ok    ok   ok      ok        ok           ok        ok     ok
429-reset-date                   ok   ok    ok   ok      ok        ok           ok        ok     ok
429-body-limit                   ok   ok    ok   ok      ok        ok           ok        ok     ok
429-api-upload-paid              ok   ok    ok   ok      ok        ok           ok        ok     ok
429-builds-rate-limited          no   no    ok   no      no        no           no        no     no
500                              ok   ok    ok   ok      ok        ok           ok        ok     ok
500-after-acting                 ok   ok    ok   ok      ok        ok           .         ok     ok
502-html                         ok   ok    ok   ok      ok        ok           ok        ok     ok
503                              ok   ok    ok   ok      ok        ok           ok        ok     ok
503-retry-after                  ok   ok    ok   ok      ok        ok           ok        ok     ok
504-after-acting                 ok   ok    ok   ok      ok        ok           .         ok     ok
400-err                          no   no    ok   no      no        no           no        no     no
307-other-host                   no   no    ok   no      no        no           no        no     no
200-html                         no   no    no   no      no        ok           .         ok     ok
200-empty                        no   no    no   no      no        ok           .         ok     ok
200-truncated-json               no   no    no   no      no        ok           .         ok     ok
drop-before-reading              ok   ok    ok   ok      ok        ok           ok        ok     ok
drop-before-acting               ok   ok    ok   ok      ok        ok           ok        ok     ok
drop-after-acting                ok   ok    ok   ok      ok        ok           .         ok     ok
drop-in-answer                   ok   ok    ok   ok      ok        ok           ok        ok     ok
slow                             ok   ok    ok   ok      ok        ok           ok        ok     ok
never-answers                    ok   ok    ok   ok      ok        ok           ok        ok     ok
unknown-ready-state              .    .     .    .       .         .            .         .      ok
blocked                          .    .     .    .       .         .            .         .      left
missing-files-again              .    .     .    .       .         .            ok        .      ok
project-vanishes                 .    .     .    ok      no        .            no        no     no
deployment-vanishes              .    .     .    .       .         .            .         .      lost
alias-assigned-number            .    .     .    .       .         .            .         .      ok
few-fields                       ok   ok    ok   ok      ok        ok           .         ok     ok
nulls                            ok   ok    ok   ok      ok        ok           .         ok     ok
duplicate-events                 .    .     .    .       .         .            .         .      .
event-not-json                   .    .     .    .       .         .            .         .      .
stream-dies                      .    .     .    .       .         .            .         .      .
stream-ends-early                .    .     .    .       .         .            .         .      .
"""

FROM_THEN_ON = """
fault                            find found status statuses log  logs live cancel from-create
401                              ok   ok    left   left     ok   ok   ok   left   no
402                              ok   ok    ok     left     ok   ok   ok   left   no
402-api-deployments-free-per-day ok   ok    ok     left     ok   ok   ok   left   no
403                              ok   ok    left   left     ok   ok   ok   left   no
403-invalid-token                ok   ok    left   left     ok   ok   ok   left   no
403-saml                         ok   ok    left   left     ok   ok   ok   left   no
404                              ok   ok    lost   lost     ok   ok   ok   left   no
409                              ok   ok    ok     left     ok   ok   ok   left   no
413                              ok   ok    ok     left     ok   ok   ok   left   no
429                              ok   ok    ok     left     ok   ok   ok   stop   no
429-retry-after-int              ok   ok    ok     left     ok   ok   ok   stop   no
429-retry-after-float            ok   ok    ok     left     ok   ok   ok   stop   no
429-retry-after-http-date        ok   ok    ok     left     ok   ok   ok   stop   no
429-retry-after-text-date        ok   ok    ok     left     ok   ok   ok   stop   no
429-reset-seconds                ok   ok    ok     left     ok   ok   ok   stop   no
429-reset-ms                     ok   ok    ok     left     ok   ok   ok   stop   no
429-reset-date                   ok   ok    ok     left     ok   ok   ok   stop   no
429-body-limit                   ok   ok    ok     left     ok   ok   ok   stop   no
429-api-upload-paid              ok   ok    ok     left     ok   ok   ok   stop   no
429-builds-rate-limited          ok   ok    ok     left     ok   ok   ok   left   no
500                              ok   ok    ok     left     ok   ok   ok   stop   ?
500-after-acting                 ok   ok    ok     left     ok   ok   ok   stop   left
502-html                         ok   ok    ok     left     ok   ok   ok   stop   ?
503                              ok   ok    ok     left     ok   ok   ok   stop   ?
503-retry-after                  ok   ok    ok     left     ok   ok   ok   stop   ?
504-after-acting                 ok   ok    ok     left     ok   ok   ok   stop   left
400-err                          ok   ok    ok     left     ok   ok   ok   left   no
307-other-host                   ok   ok    ok     left     ok   ok   ok   left   no
200-html                         ok   ok    ok     left     .    ok   ok   stop   left
200-empty                        ok   ok    ok     left     .    ok   ok   stop   left
200-truncated-json               ok   ok    ok     left     ok   ok   ok   stop   left
drop-before-reading              ok   ok    ok     left     ok   ok   ok   stop   ?
drop-before-acting               ok   ok    ok     left     ok   ok   ok   stop   ?
drop-after-acting                ok   ok    ok     left     ok   ok   ok   stop   left
drop-in-answer                   ok   ok    ok     left     ok   ok   ok   stop   left
slow                             ok   ok    ok     ok       ok   ok   ok   stop   ok
never-answers                    ok   ok    ok     left     ok   ok   ok   stop   ?
unknown-ready-state              ok   ok    ok     left     .    .    .    stop   left
blocked                          .    left  left   left     left left .    left   left
missing-files-again              .    .     .      .        .    .    .    .      no
project-vanishes                 anew lost  lost   lost     lost lost ok   lost   no
deployment-vanishes              .    lost  lost   lost     lost lost .    lost   lost
alias-assigned-number            ok   ok    ok     ok       .    .    .    .      ok
few-fields                       ok   ok    ok     ok       .    ok   ok   stop   ok
nulls                            ok   ok    ok     left     .    ok   ok   stop   left
duplicate-events                 .    .     .      .        ok   ok   .    .      ok
event-not-json                   .    .     .      .        ok   ok   .    .      ok
stream-dies                      .    .     .      .        ok   ok   .    .      left
stream-ends-early                .    .     .      .        ok   ok   .    .      ok
"""

EXPECTED = read(UNTIL_IT_IS_CREATED, Fault) | read(FROM_THEN_ON, Fault)
