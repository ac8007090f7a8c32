package reliability

// roleVariable makes a process of the test binary play a part in a fleet.
const roleVariable = "ROSTER_RELIABILITY_ROLE"

// play does what a process of a fleet does.
func play(string) int { return 0 }
