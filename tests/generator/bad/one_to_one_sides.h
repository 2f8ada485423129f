#include <calx/annotate.h>
struct ship;
struct CALX_ENTITY("captains") captain {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 ship_id CALX_REFERENCES(ship, id);
    CALX_ONE(struct ship) ship;
    CALX_ONE(struct ship) own CALX_VIA(ship_id) CALX_INVERSE(captain);
    CALX_ONE(struct captain) friend CALX_INVERSE(friend_of);
};
struct CALX_ENTITY("ships") ship {
    int64_t id CALX_PRIMARY_KEY;
    int64_t captain_id CALX_REFERENCES(captain, id);
    CALX_ONE(struct captain) captain CALX_VIA(captain_id) CALX_INVERSE(own);
    CALX_ONE(struct captain) other CALX_VIA(captain_id);
};
struct CALX_ENTITY("crews") crew {
    int64_t id CALX_PRIMARY_KEY;
    int64_t captain_id CALX_REFERENCES(captain, id);
    CALX_ONE(struct mate) mate;
};
struct CALX_ENTITY("mates") mate {
    int64_t id CALX_PRIMARY_KEY;
    int64_t crew_id CALX_REFERENCES(crew, id);
};

// expect: 6:27 CALX-E052 'ship' could go through a foreign key of struct captain or of struct ship
// note: - say which with CALX_VIA(member), or name the other side with CALX_INVERSE
// expect: 7:49 CALX-E054 'captain' is not the inverse of 'own': each is a CALX_ONE through a foreign key of its own struct
// note: 13:30 'captain' is declared here
// expect: 8:30 CALX-E051 'friend' has no foreign key to go through: no member of struct captain refers to struct captain
// note: - add a member with CALX_REFERENCES(captain, id) to struct captain
// expect: 8:37 CALX-E054 struct captain has no relationship 'friend_of'
// note: - did you mean 'friend'?
// expect: 13:59 CALX-E054 'own' is not the inverse of 'captain': each is a CALX_ONE through a foreign key of its own struct
// note: 7:27 'own' is declared here
// expect: 19:27 CALX-E056 deleting a struct crew would write NULL into 'crew_id' of its 'mate', which is never NULL
// note: 23:13 the foreign key is declared here
// note: - either make 'crew_id' nullable, or say CALX_ON_DELETE(cascade) there, or CALX_CASCADE(all) here to delete them with it
