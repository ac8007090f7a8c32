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
	const member = `姓名,帐号,手机号,邮箱,所在部门,职位\n陈雨晴,chen.yq,{{WECOM_NEW_MOBILE}},,{{WECOM_DEPARTMENT_ID}},会计\n`
	job := upload("members", member)
	job.fields = map[string]string{"jobid": "$job"}
	job.before = append(job.before, take("job", "jobid",
		`curl -sS "{{URL}}/batch/syncuser?access_token=$token" -d '{"media_id":"{{$media_id}}","to_invite":false}'`))

	return vendor{
		variables: map[string]string{
			"WECOM_PROVIDER_APP_SECRET": "secret of an app that a provider runs for the corp (代开发)",
			"WECOM_DEPARTMENT_ID":       "id of a department",
			"WECOM_NEW_MOBILE":          "mobile number of the new member",
		},
		fields: map[string]string{"corpid": "WECOM_CORP_ID", "corpsecret": "WECOM_APP_SECRET"},
		operations: map[string]exception{
			"UploadMedia": {sample: "success", stdin: `printf '` + member + `'`,
				part: `-F 'media=@-;filename=members.csv'`},
			"SyncBatchUser": upload("members", member),
			"ReplaceBatchUser": refusing("a file with one member would delete all others (45026)",
				upload("members", member)),
			"ReplaceBatchParty": refusing("a file with one department is not the whole tree (302004)",
				upload("departments", `部门名称,部门ID,父部门ID,排序\n税务组,4294967290,{{WECOM_DEPARTMENT_ID}},1\n`)),
			"GetBatchResult":     job,
			"UseridToOpenUserid": {scheme: "providerToken"},
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
		once:    []string{"WECOM_USER_TICKET", "WECOM_VERIFICATION_CODE"},
		authorize: func(scheme string) authorization {
			switch scheme {
			case "contactToken":
				return token("WECOM_CONTACT_SECRET")
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
