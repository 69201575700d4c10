/* SPDX-License-Identifier: MIT
 *
 * Which transitions are taken and which ways out are used in the whole search: lines
 * "transition FROM TO" and "way_out FROM WHY" at its end. Takes no part in any state.
 */
hidden mtype:state covered_from, covered_to;
hidden mtype:outcome covered_why;

c_decl {
    static unsigned char covered[2][256][256];
    void printm(int x, char *s);

    static void covered_print(char *kind, char *type, unsigned char table[256][256])
    {
        for (int from = 0; from < 256; from++)
            for (int to = 0; to < 256; to++)
                if (table[from][to]) {
                    printf("%s ", kind);
                    printm(from, "state");
                    printf(" ");
                    printm(to, type);
                    printf("\n");
                }
    }

    static __attribute__((destructor)) void covered_report(void)
    {
        covered_print("transition", "state", covered[0]);
        covered_print("way_out", "outcome", covered[1]);
    }
}

inline note_transition(p, to)
{
    covered_from = state[p];
    covered_to = to;
    c_code { covered[0][covered_from][covered_to] = 1; }
}

inline note_way_out(p, why)
{
    covered_from = state[p];
    covered_why = why;
    c_code { covered[1][covered_from][covered_why] = 1; }
}
