"""What must come of every fault of Netlify at every step; the words are those of `table`.

Refusals that waiting does not cure (401, 403, 422, most 404) end a deployment before it has its files, and the shell
that was created for it is canceled: "lost". A shell whose create was unclear is looked for at once; where that look is
refused or makes no sense, the job's own look finds it without files, cancels it and creates another: "anew". What is
there already goes on whatever is answered; only a refused token ends its watching. A 404 just after the create passes.
A manifest of few files is never too big. A log, by the socket or not, is not the deployment: its loss changes nothing.
"""

from __future__ import annotations

from tests.deploy.faults.table import read
from tests.emulators.netlify import Fault

UNTIL_IT_HAS_ITS_FILES = """
fault                     sites teams make-site create manifest upload find
401                       no    no    no        no     lost     lost   anew
403                       no    no    no        no     lost     lost   anew
404                       no    no    no        no     ok       ok     anew
404-plain-text            no    no    no        no     ok       ok     anew
404-just-after-create     .     .     .         .      ok       ok     .
422                       no    no    no        no     lost     lost   anew
429                       ok    ok    ok        ok     ok       ok     ok
429-no-headers            ok    ok    ok        ok     ok       ok     ok
429-retry-after-int       ok    ok    ok        ok     ok       ok     ok
429-retry-after-float     ok    ok    ok        ok     ok       ok     ok
429-retry-after-http-date ok    ok    ok        ok     ok       ok     ok
429-retry-after-text-date ok    ok    ok        ok     ok       ok     ok
429-reset-seconds         ok    ok    ok        ok     ok       ok     ok
429-reset-float           ok    ok    ok        ok     ok       ok     ok
429-reset-ms              ok    ok    ok        ok     ok       ok     ok
429-reset-http-date       ok    ok    ok        ok     ok       ok     ok
429-reset-text-date       ok    ok    ok        ok     ok       ok     ok
429-text-date-in-both     ok    ok    ok        ok     ok       ok     ok
429-parallel-uploads      ok    ok    ok        ok     ok       ok     ok
500                       ok    ok    ok        ok     ok       ok     ok
500-after-acting          ok    ok    ok        ok     ok       ok     ok
502-html                  ok    ok    ok        ok     ok       ok     ok
502-after-acting          ok    ok    ok        ok     ok       ok     ok
502-big-manifest          .     .     .         .      .        .      .
503                       ok    ok    ok        ok     ok       ok     ok
503-retry-after           ok    ok    ok        ok     ok       ok     ok
307-other-host            no    no    no        no     lost     lost   anew
link-other-host           ok    ok    ok        ok     ok       ok     ok
200-html                  no    no    ok        ok     lost     ok     anew
200-empty                 no    no    ok        ok     lost     ok     anew
200-truncated-json        no    no    ok        ok     lost     ok     anew
drop-before-reading       ok    ok    ok        ok     ok       ok     ok
drop-before-acting        ok    ok    ok        ok     ok       ok     ok
drop-after-acting         ok    ok    ok        ok     ok       ok     ok
drop-in-answer            ok    ok    ok        ok     ok       ok     ok
slow                      ok    ok    ok        ok     ok       ok     ok
never-answers             ok    ok    ok        ok     ok       ok     ok
unknown-state             ok    ok    ok        ok     ok       ok     anew
few-fields                ok    ok    ok        ok     ok       ok     anew
nulls                     ok    ok    ok        ok     ok       ok     anew
deploy-vanishes           .     .     .         lost   lost     lost   .
site-vanishes             ok    ok    ok        no     lost     lost   anew
upload-422                no    no    no        no     lost     lost   anew
upload-400                no    no    no        no     lost     lost   anew
required-again            .     .     .         ok     ok       .      .
422-cancel-too-late       no    no    no        no     lost     lost   anew
socket-403                .     .     .         .      .        .      .
socket-dies               .     .     .         .      .        .      .
socket-duplicates         .     .     .         .      .        .      .
socket-half-frame         .     .     .         .      .        .      .
socket-not-json           .     .     .         .      .        .      .
socket-ends-early         .     .     .         .      .        .      .
socket-says-nothing       .     .     .         .      .        .      .
socket-never-opens        .     .     .         .      .        .      .
"""

FROM_THEN_ON = """
fault                     status statuses log  logs live cancel from-create
401                       left   left     ok   ok   ok   left   no
403                       left   left     ok   ok   ok   left   no
404                       ok     lost     ok   ok   ok   stop   no
404-plain-text            ok     lost     ok   ok   ok   stop   no
404-just-after-create     ok     lost     ok   ok   .    stop   lost
422                       ok     left     ok   ok   ok   left   no
429                       ok     left     ok   ok   ok   stop   no
429-no-headers            ok     left     ok   ok   ok   stop   no
429-retry-after-int       ok     left     ok   ok   ok   stop   no
429-retry-after-float     ok     left     ok   ok   ok   stop   no
429-retry-after-http-date ok     left     ok   ok   ok   stop   no
429-retry-after-text-date ok     left     ok   ok   ok   stop   no
429-reset-seconds         ok     left     ok   ok   ok   stop   no
429-reset-float           ok     left     ok   ok   ok   stop   no
429-reset-ms              ok     left     ok   ok   ok   stop   no
429-reset-http-date       ok     left     ok   ok   ok   stop   no
429-reset-text-date       ok     left     ok   ok   ok   stop   no
429-text-date-in-both     ok     left     ok   ok   ok   stop   no
429-parallel-uploads      ok     left     ok   ok   ok   stop   no
500                       ok     left     ok   ok   ok   stop   ?
500-after-acting          ok     left     ok   ok   ok   stop   left
502-html                  ok     left     ok   ok   ok   stop   ?
502-after-acting          ok     left     ok   ok   ok   stop   left
502-big-manifest          .      .        .    .    .    .      .
503                       ok     left     ok   ok   ok   stop   ?
503-retry-after           ok     left     ok   ok   ok   stop   ?
307-other-host            ok     left     ok   ok   ok   left   no
link-other-host           ok     ok       ok   ok   ok   stop   ok
200-html                  ok     left     ok   ok   ok   stop   left
200-empty                 ok     left     ok   ok   ok   stop   left
200-truncated-json        ok     left     ok   ok   ok   stop   left
drop-before-reading       ok     left     ok   ok   ok   stop   ?
drop-before-acting        ok     left     ok   ok   ok   stop   ?
drop-after-acting         ok     left     ok   ok   ok   stop   left
drop-in-answer            ok     left     ok   ok   ok   stop   left
slow                      ok     ok       ok   ok   ok   stop   ok
never-answers             ok     left     ok   ok   ok   stop   ?
unknown-state             ok     left     ok   ok   ok   stop   left
few-fields                ok     ok       ok   ok   ok   stop   ok
nulls                     ok     ok       ok   ok   ok   stop   ok
deploy-vanishes           lost   lost     lost lost .    lost   lost
site-vanishes             lost   lost     lost lost lost lost   no
upload-422                ok     left     ok   ok   ok   left   no
upload-400                ok     left     ok   ok   ok   left   no
required-again            ok     left     .    .    .    .      left
422-cancel-too-late       ok     left     ok   ok   ok   left   no
socket-403                .      .        .    .    .    .      .
socket-dies               .      .        .    .    .    .      .
socket-duplicates         .      .        .    .    .    .      .
socket-half-frame         .      .        .    .    .    .      .
socket-not-json           .      .        .    .    .    .      .
socket-ends-early         .      .        .    .    .    .      .
socket-says-nothing       .      .        .    .    .    .      .
socket-never-opens        .      .        .    .    .    .      .
"""

FROM_GIT = """
fault                     build find-build socket sockets
401                       no    ok         ok     ok
403                       no    ok         ok     ok
404                       no    ok         ok     ok
404-plain-text            no    ok         ok     ok
404-just-after-create     .     .          ok     ok
422                       no    ok         ok     ok
429                       ok    ok         ok     ok
429-no-headers            ok    ok         ok     ok
429-retry-after-int       ok    ok         ok     ok
429-retry-after-float     ok    ok         ok     ok
429-retry-after-http-date ok    ok         ok     ok
429-retry-after-text-date ok    ok         ok     ok
429-reset-seconds         ok    ok         ok     ok
429-reset-float           ok    ok         ok     ok
429-reset-ms              ok    ok         ok     ok
429-reset-http-date       ok    ok         ok     ok
429-reset-text-date       ok    ok         ok     ok
429-text-date-in-both     ok    ok         ok     ok
429-parallel-uploads      ok    ok         ok     ok
500                       ok    ok         ok     ok
500-after-acting          ok    ok         ok     ok
502-html                  ok    ok         ok     ok
502-after-acting          ok    ok         ok     ok
502-big-manifest          .     .          ok     ok
503                       ok    ok         ok     ok
503-retry-after           ok    ok         ok     ok
307-other-host            no    ok         ok     ok
link-other-host           ok    ok         ok     ok
200-html                  ok    ok         ok     ok
200-empty                 ok    ok         ok     ok
200-truncated-json        ok    ok         ok     ok
drop-before-reading       ok    ok         ok     ok
drop-before-acting        ok    ok         ok     ok
drop-after-acting         ok    ok         ok     ok
drop-in-answer            ok    ok         ok     ok
slow                      ok    ok         ok     ok
never-answers             ok    ok         ok     ok
unknown-state             ok    ok         ok     ok
few-fields                ok    ok         ok     ok
nulls                     ok    ok         ok     ok
deploy-vanishes           .     .          ok     ok
site-vanishes             no    left       ok     ok
upload-422                no    ok         ok     ok
upload-400                no    ok         ok     ok
required-again            .     .          ok     ok
422-cancel-too-late       no    ok         ok     ok
socket-403                ok    ok         ok     ok
socket-dies               ok    ok         ok     ok
socket-duplicates         ok    ok         ok     ok
socket-half-frame         ok    ok         ok     ok
socket-not-json           ok    ok         ok     ok
socket-ends-early         ok    ok         ok     ok
socket-says-nothing       ok    ok         ok     ok
socket-never-opens        ok    ok         ok     ok
"""

EXPECTED = read(UNTIL_IT_HAS_ITS_FILES, Fault) | read(FROM_THEN_ON, Fault) | read(FROM_GIT, Fault)
