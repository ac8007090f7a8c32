package docs

func weCom() vendor {
	token := func(secret string) authorization {
		return authorization{before: []string{
			take("token", "access_token",
				`curl -sS "{{URL}}/gettoken?corpid={{WECOM_CORP_ID}}&corpsecret={{`+secret+`}}"`)},
			query: "access_token=$token"}
	}
	upload := func(what, rows string) exception {
		return exception{
			fields: map[string]string{"media_id": "$media_id"},
			before: []string{take("media_id", "media_id", `printf '`+rows+`' | curl -sS `+
				`"{{URL}}/media/upload?access_token=$token&type=file" \
  -F 'media=@-;filename=`+what+`.csv'`)},
		}
	}
	const importing = "another import is refused (302008) until GetBatchResult has said that this one is done"
	const member = `姓名,帐号,手机号,邮箱,所在部门,职位\n陈雨晴,chen.yq,{{WECOM_NEW_MOBILE}},,{{WECOM_DEPARTMENT_ID}},会计\n`
	job := upload("members", member)
	job.fields = map[string]string{"jobid": "$job"}
	job.spoils = importing
	job.before = append(job.before, take("job", "jobid",
		`curl -sS "{{URL}}/batch/syncuser?access_token=$token" -d '{"media_id":"{{$media_id}}","to_invite":false}'`))

	// tagged works on a tag of its own: one may be changed by its creator only.
	tagged := func(name string) exception {
		return exception{fields: map[string]string{"tagid": "$tag"}, before: []string{
			`tag=$(curl -sS "{{URL}}/tag/create?access_token=$token" -d '{"tagname":"` + name + `"}' |
  sed -E 's/.*"tagid": *([0-9]+).*/\1/')`}}
	}
	unlike := func(fields ...string) exception { // 12 is the id of a department elsewhere
		e := exception{fields: map[string]string{}}
		for i := 0; i+1 < len(fields); i += 2 {
			e.fields[fields[i]] = fields[i+1]
		}
		return e
	}
	export := exception{fields: map[string]string{"jobid": "$job"}, before: []string{take("job", "jobid",
		`curl -sS "{{URL}}/export/department?access_token=$token" `+
			`-d '{"encoding_aeskey":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}'`)}}
	suiteTicket := exception{fields: map[string]string{"user_ticket": "$ticket"}, before: []string{take("ticket",
		"user_ticket",
		`curl -sS "{{URL}}/service/auth/getuserinfo3rd?suite_access_token=$token&code={{WECOM_SUITE_LOGIN_CODE}}"`)}}

	return vendor{
		variables: map[string]string{
			"WECOM_SUITE_ID":            "suite_id of a third-party app (第三方应用)",
			"WECOM_SUITE_SECRET":        "secret of that app",
			"WECOM_SUITE_TICKET":        "the latest suite_ticket pushed to it",
			"WECOM_PERMANENT_CODE":      "permanent code (永久授权码) of a corp that has installed it",
			"WECOM_SUITE_AUTH_CODE":     "code that came with an installation, good once",
			"WECOM_SUITE_LOGIN_CODE":    "code that its page got, good once",
			"WECOM_LOGIN_CODE":          "code that the app's page got, good once",
			"WECOM_PROVIDER_APP_SECRET": "secret of an app that a provider runs for the corp (代开发)",
			"WECOM_DEPARTMENT_ID":       "id of a department",
			"WECOM_NEW_MOBILE":          "mobile number of the new member",
		},
		fields: map[string]string{
			"corpid": "WECOM_CORP_ID", "corpsecret": "WECOM_APP_SECRET", "suite_id": "WECOM_SUITE_ID",
			"suite_secret": "WECOM_SUITE_SECRET", "suite_ticket": "WECOM_SUITE_TICKET",
			"auth_corpid": "WECOM_CORP_ID", "permanent_code": "WECOM_PERMANENT_CODE",
			"auth_code": "WECOM_SUITE_AUTH_CODE",
		},
		operations: map[string]exception{
			"UploadMedia": {sample: "success", stdin: `printf '` + member + `'`,
				part: `-F 'media=@-;filename=members.csv'`},
			"SyncBatchUser": spoiling(importing, upload("members", member)),
			"ReplaceBatchUser": refusing("a file with one member would delete all others (45026)",
				upload("members", member)),
			"ReplaceBatchParty": refusing("a file with one department is not the whole tree (302004)",
				upload("departments", `部门名称,部门ID,父部门ID,排序\n税务组,4294967290,{{WECOM_DEPARTMENT_ID}},1\n`)),
			"GetBatchResult":  job,
			"CreateTag":       unlike("tagid", "WECOM_NEW_TAG_ID|12"),
			"UpdateTag":       tagged("早班"),
			"DeleteTag":       tagged("中班"),
			"AddTagUsers":     tagged("晚班"),
			"DeleteTagUsers":  tagged("夜班"),
			"GetTag":          unlike("tagid", "WECOM_TAG_ID|12"),
			"ExportTagUser":   unlike("tagid", "WECOM_TAG_ID|12"),
			"GetExportResult": export,
			"GetUserInfo":     unlike("code", "WECOM_LOGIN_CODE"),

			"GetThirdPartyUserInfo":   unlike("code", "WECOM_SUITE_LOGIN_CODE"),
			"GetThirdPartyUserDetail": suiteTicket,
			"GetPermanentCode":        spoiling("the permanent code of the other samples is another one", exception{}),
			"UseridToOpenUserid":      {scheme: "providerToken"},
			"TfaSucc": {
				fields: map[string]string{"tfa_code": "$tfa_code"},
				before: []string{take("tfa_code", "tfa_code",
					`curl -sS "{{URL}}/auth/get_tfa_info?access_token=$token" -d `+
						`'{"code":"{{WECOM_VERIFICATION_CODE|made-up-code}}"}'`)},
			},
		},
		known: map[string]string{
			"chen.yq": "WECOM_USER_ID", "tmp-17": "WECOM_OTHER_USER_ID", "wu.lei": "WECOM_OTHER_USER_ID",
			"12": "WECOM_DEPARTMENT_ID", "4294967295": "WECOM_DEPARTMENT_ID", "2315041299": "WECOM_DEPARTMENT_ID",
			"58":          "WECOM_EMPTY_DEPARTMENT_ID",
			"13000001111": "WECOM_MOBILE", "yq@example.org": "WECOM_EMAIL",
			"oAbc1_made-up-openid-000001": "WECOM_OPENID",
			"made-up-user-ticket":         "WECOM_USER_TICKET", "made-up-code": "WECOM_VERIFICATION_CODE",
			"2025-11-03": "WECOM_RECENT_DATE",
		},
		created: map[string]string{"WECOM_USER_ID": "", "WECOM_MOBILE": "WECOM_NEW_MOBILE"},
		once: []string{"WECOM_USER_TICKET", "WECOM_VERIFICATION_CODE", "WECOM_NEW_MOBILE", "WECOM_LOGIN_CODE",
			"WECOM_SUITE_LOGIN_CODE", "WECOM_SUITE_AUTH_CODE"},
		authorize: func(scheme string) authorization {
			switch scheme {
			case "contactToken":
				return token("WECOM_CONTACT_SECRET")
			case "suiteToken":
				return authorization{
					before: []string{take("token", "suite_access_token", `curl -sS "{{URL}}/service/get_suite_token" `+
						`-d '{"suite_id":"{{WECOM_SUITE_ID}}","suite_secret":"{{WECOM_SUITE_SECRET}}",`+
						`"suite_ticket":"{{WECOM_SUITE_TICKET}}"}'`)},
					query: "suite_access_token=$token"}
			case "providerToken":
				return token("WECOM_PROVIDER_APP_SECRET")
			default:
				return token("WECOM_APP_SECRET")
			}
		},
	}
}

// refusing marks a sample that a fresh simulator refuses.
func refusing(why string, e exception) exception {
	e.refused = why
	return e
}

// spoiling marks a sample after which others fail.
func spoiling(how string, e exception) exception {
	e.spoils = how
	return e
}
