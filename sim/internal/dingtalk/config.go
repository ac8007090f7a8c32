package dingtalk

// Config holds the options that only DingTalk knows.
type Config struct {
	NewApp     bool // the internal demo app was created after 21 October 2021
	OldGateway bool // the gateway answers as older recordings have it
	Impersonal bool // the internal demo app lacks the permissions for personal information
	HomeSchool bool // there is a home-school directory below the root
}
