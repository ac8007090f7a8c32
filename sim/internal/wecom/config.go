package wecom

// Config holds the options that only WeCom knows.
type Config struct {
	People    int  // the number of people that the corp begins with
	NewApp    bool // the demo app was created after 20 June 2022
	OldCaller bool // the caller used the contact sync secret before 15 August 2022
}
