"""What must come of every fault of Railway at every step; the words are those of `table`.

Refusals stand in answers of 200 as well as in statuses: who may not (Not Authorized, two factors, a token's project) is
told so and nothing is created; "Problem processing request" is like a 500. What kind a token is, and who it is, are
asked on the way: only an answer that is none at all ends a deployment there. A domain is not the deployment. Status
CANCELLED, which no contract knows, was seen there and means what it says. Neither socket nor log is the deployment.
"""

from __future__ import annotations

from tests.deploy.faults.table import read
from tests.emulators.railway import Fault

UNTIL_IT_IS_CREATED = """
fault                                  token me projects make-project project make-service domain create find
200-not-authorized                     ok    ok no       no           no      no           ok     no     ok
200-project-token-not-found            ok    ok no       no           no      no           ok     no     ok
200-problem-processing-request         ok    ok ok       ok           ok      ok           ok     ok     ok
200-two-factor-authentication-required ok    ok no       no           no      no           ok     no     ok
200-not-found                          ok    ok no       no           no      no           ok     no     ok
200-error-after-acting                 .     ok ok       ok           ok      ok           ok     ok     ok
200-false                              ok    ok ok       ok           ok      ok           ok     ok     ok
200-false-after-acting                 .     ok ok       ok           ok      ok           ok     ok     ok
200-data-null                          ok    ok ok       ok           ok      ok           ok     ok     ok
400-validation                         no    ok no       no           no      no           ok     no     ok
400-message                            no    ok no       no           no      no           ok     no     ok
401                                    ok    ok no       no           no      no           ok     no     ok
404                                    ok    ok no       no           no      no           ok     no     ok
413                                    no    ok no       no           no      no           ok     no     ok
429                                    ok    ok ok       ok           ok      ok           ok     ok     ok
500                                    ok    ok ok       ok           ok      ok           ok     ok     ok
500-after-acting                       .     ok ok       ok           ok      ok           ok     ok     ok
502-html                               ok    ok ok       ok           ok      ok           ok     ok     ok
503                                    ok    ok ok       ok           ok      ok           ok     ok     ok
504-after-acting                       .     ok ok       ok           ok      ok           ok     ok     ok
307-other-host                         no    ok no       no           no      no           ok     no     ok
200-html                               no    no no       ok           no      ok           ok     ok     ok
200-empty                              no    no no       ok           no      ok           ok     ok     ok
200-truncated-json                     no    no no       ok           no      ok           ok     ok     ok
drop-before-reading                    .     .  .        .            .       .            .      ok     .
drop-before-acting                     ok    ok ok       ok           ok      ok           ok     ok     ok
drop-after-acting                      .     ok ok       ok           ok      ok           ok     ok     ok
drop-in-answer                         ok    ok ok       ok           ok      ok           ok     ok     ok
slow                                   ok    ok ok       ok           ok      ok           ok     ok     ok
never-answers                          ok    ok ok       ok           ok      ok           ok     ok     ok
unknown-status                         ok    ok ok       ok           ok      ok           ok     ok     stop
nulls                                  ok    ok ok       ok           ok      ok           ok     ok     ok
duplicate-lines                        ok    ok ok       ok           ok      ok           ok     ok     ok
project-vanishes                       ok    ok ok       ok           no      no           no     no     anew
deployment-vanishes                    ok    ok ok       ok           ok      ok           ok     lost   ok
socket-refused                         ok    ok ok       ok           ok      ok           ok     ok     ok
socket-4401                            ok    ok ok       ok           ok      ok           ok     ok     ok
socket-4429                            ok    ok ok       ok           ok      ok           ok     ok     ok
socket-never-acks                      ok    ok ok       ok           ok      ok           ok     ok     ok
socket-silent                          ok    ok ok       ok           ok      ok           ok     ok     ok
socket-error                           ok    ok ok       ok           ok      ok           ok     ok     ok
socket-completes-at-once               ok    ok ok       ok           ok      ok           ok     ok     ok
socket-dies                            ok    ok ok       ok           ok      ok           ok     ok     ok
socket-half-frame                      ok    ok ok       ok           ok      ok           ok     ok     ok
socket-duplicates                      ok    ok ok       ok           ok      ok           ok     ok     ok
socket-not-json                        ok    ok ok       ok           ok      ok           ok     ok     ok
"""

FROM_THEN_ON = """
fault                                  status statuses socket sockets log logs cancel from-create
200-not-authorized                     left   left     ok     ok      ok  ok   left   no
200-project-token-not-found            left   left     ok     ok      ok  ok   left   no
200-problem-processing-request         ok     left     ok     ok      ok  ok   left   ?
200-two-factor-authentication-required left   left     ok     ok      ok  ok   left   no
200-not-found                          ok     lost     ok     ok      ok  ok   left   no
200-error-after-acting                 ok     left     ok     ok      ok  ok   stop   left
200-false                              ok     ok       ok     ok      ok  ok   left   ok
200-false-after-acting                 ok     ok       ok     ok      ok  ok   stop   ok
200-data-null                          ok     left     ok     ok      ok  ok   stop   left
400-validation                         ok     left     ok     ok      ok  ok   left   no
400-message                            ok     left     ok     ok      ok  ok   left   no
401                                    left   left     ok     ok      ok  ok   left   no
404                                    ok     lost     ok     ok      ok  ok   left   no
413                                    ok     left     ok     ok      ok  ok   left   no
429                                    ok     left     ok     ok      ok  ok   stop   no
500                                    ok     left     ok     ok      ok  ok   stop   ?
500-after-acting                       ok     left     ok     ok      ok  ok   stop   left
502-html                               ok     left     ok     ok      ok  ok   stop   ?
503                                    ok     left     ok     ok      ok  ok   stop   ?
504-after-acting                       ok     left     ok     ok      ok  ok   stop   left
307-other-host                         ok     left     ok     ok      ok  ok   left   no
200-html                               ok     left     ok     ok      ok  ok   stop   left
200-empty                              ok     left     ok     ok      ok  ok   stop   left
200-truncated-json                     ok     left     ok     ok      ok  ok   stop   left
drop-before-reading                    .      .        ok     ok      .   .    .      ?
drop-before-acting                     ok     left     ok     ok      ok  ok   stop   ?
drop-after-acting                      ok     left     ok     ok      ok  ok   stop   left
drop-in-answer                         ok     left     ok     ok      ok  ok   stop   left
slow                                   ok     ok       ok     ok      ok  ok   stop   ok
never-answers                          ok     left     ok     ok      ok  ok   stop   ?
unknown-status                         stop   stop     ok     ok      ok  ok   stop   stop
nulls                                  ok     ok       ok     ok      ok  ok   stop   ok
duplicate-lines                        ok     ok       ok     ok      ok  ok   stop   ok
project-vanishes                       lost   lost     ok     ok      ok  ok   lost   no
deployment-vanishes                    lost   lost     ok     ok      ok  ok   lost   lost
socket-refused                         ok     ok       ok     ok      ok  ok   stop   .
socket-4401                            ok     ok       ok     ok      .   .    stop   .
socket-4429                            ok     ok       ok     ok      .   .    stop   .
socket-never-acks                      ok     ok       ok     ok      .   .    stop   .
socket-silent                          ok     ok       ok     ok      .   .    stop   .
socket-error                           ok     ok       ok     ok      .   .    stop   .
socket-completes-at-once               ok     ok       ok     ok      .   .    stop   .
socket-dies                            ok     ok       ok     ok      .   .    stop   .
socket-half-frame                      ok     ok       ok     ok      .   .    stop   .
socket-duplicates                      ok     ok       ok     ok      .   .    stop   .
socket-not-json                        ok     ok       ok     ok      .   .    stop   .
"""

EXPECTED = read(UNTIL_IT_IS_CREATED, Fault) | read(FROM_THEN_ON, Fault)
