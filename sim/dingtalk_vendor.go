package sim

// newDingTalk returns nothing yet: DingTalk is not simulated so far, and its paths answer 404.
func (s *Simulator) newDingTalk() vendor { return nil }

// dingTalkConfig holds the options that only DingTalk knows.
type dingTalkConfig struct{}

// DingTalkCredentials are those of the corp at DingTalk.
type DingTalkCredentials struct {
	CorpID    string // corpId
	AppKey    string // of the internal app
	AppSecret string
	AgentID   int64

	SuiteKey    string // of the third-party app
	SuiteSecret string
	SuiteTicket string // the newest ticket pushed to it
}

func dingTalkCredentials() DingTalkCredentials {
	return DingTalkCredentials{
		CorpID:      "dingdemo5f1e0decafc0ffee",
		AppKey:      "dingdemoappkey000001",
		AppSecret:   "demo-dingtalk-app-secret-0000000000000000000000000000000000000004",
		AgentID:     4100000001,
		SuiteKey:    "suitedemokey00000001",
		SuiteSecret: "demo-dingtalk-suite-secret-00000000000000000000000000000000000005",
		SuiteTicket: "DemoSuiteTicket",
	}
}
