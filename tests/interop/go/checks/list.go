package checks

func metadata(face Face) {
	equal("brokers", value(face.Brokers()), []string{Bootstrap()})
	topic := topic(face, "metadata", 3, nil)
	equal("listed", value(face.Topics())[topic], true)
	equal("partitions with a leader", value(face.Leaders(topic)), 3)
}

func codec(face Face, codec string) {
	topic := topic(face, "codec-"+codec, 1, nil)
	sent := numbered(500)
	equal("offsets acked", value(face.Send(topic, sent, codec, false)), from(0, 500))
	start, end, err := face.Bounds(topic)
	must(err)
	equal("start and end", []int64{start, end}, []int64{0, 500})
	got := read(face, topic, Earliest, 500)
	equal("offsets read", offsets(got), from(0, 500))
	sameValues(got, sent)
}

func records(face Face) {
	topic := topic(face, "records", 1, nil)
	headers := []Header{{"a", []byte("1")}, {"a", []byte("2")}, {"ü", []byte{0xff}}}
	sent := []Record{
		{Key: []byte("k"), Value: []byte("v"), Headers: headers, Time: First},
		{Key: []byte("tombstone"), Time: First + 5},
		{Key: []byte{}, Value: []byte{}, Time: First - 1000},
		{Value: []byte("no key"), Time: 1},
	}
	value(face.Send(topic, sent, "none", false))
	got := read(face, topic, Earliest, 4)
	for n, record := range sent {
		equal("headers", got[n].Headers, record.Headers)
		equal("time", got[n].Time, record.Time)
		equal("key", got[n].Key, record.Key)
		equal("value", got[n].Value, record.Value)
		equal("null key", got[n].Key == nil, record.Key == nil)
		equal("null value", got[n].Value == nil, record.Value == nil)
	}
}

func idempotence(face Face) {
	topic := topic(face, "idempotence", 1, nil)
	sent := numbered(500)
	equal("offsets acked", value(face.Send(topic, sent, "none", true)), from(0, 500))
	sameValues(read(face, topic, Earliest, 500), sent)
}

func fromEarliest(face Face) {
	topic := topic(face, "earliest", 1, nil)
	value(face.Send(topic, numbered(10), "none", false))
	equal("all", offsets(read(face, topic, Earliest, 10)), from(0, 10))
	equal("from offset 7", offsets(read(face, topic, 7, 3)), from(7, 10))
}

func fromLatest(face Face) {
	topic := topic(face, "latest", 1, nil)
	value(face.Send(topic, []Record{{Value: []byte("before"), Time: First}}, "none", false))
	reader := value(face.Reader(topic, Latest))
	defer reader.Close()
	value(face.Send(topic, []Record{{Value: []byte("after"), Time: First}}, "none", false))
	got := value(reader.Take(1))
	equal("offset", offsets(got), []int64{1})
	equal("value", string(got[0].Value), "after")
}

func fromTime(face Face) {
	topic := topic(face, "time", 1, nil)
	sent := make([]Record, 100)
	for n := range sent {
		sent[n] = Record{Value: []byte("t"), Time: First + int64(n)*1000}
	}
	value(face.Send(topic, sent, "none", false))
	wanted := [][2]int64{{-1, 0}, {0, 0}, {1, 1}, {50_000, 50}, {98_001, 99}, {99_001, -1}}
	for _, pair := range wanted {
		equal("offset at a time", value(face.AtTime(topic, First+pair[0])), pair[1])
	}
	found := value(face.AtTime(topic, First+96_500))
	equal("read from there", offsets(read(face, topic, found, 3)), from(97, 100))
}

func topics(face Face) {
	topic := topic(face, "topics", 1, nil)
	refused(topicAlreadyExists, face.Create(topic, 1, nil))
	must(face.Grow(topic, 4))
	led(face, topic, 4)
	refused(invalidPartitions, face.Grow(topic, 2))
	must(face.Delete(topic))
	until("the topic is gone", func() bool { return !value(face.Topics())[topic] })
}

func configs(face Face) {
	key := "retention.ms"
	topic := topic(face, "configs", 1, map[string]string{key: "3600000"})
	equal("as created", value(face.Config(topic, key)), "3600000")
	must(face.Alter(topic, key, "7200000"))
	until("altered", func() bool { return value(face.Config(topic, key)) == "7200000" })
	refused(invalidConfig, face.Alter(topic, key, "soon"))
	equal("a default", value(face.Config(topic, "cleanup.policy")), "delete")
}

func deleteRecords(face Face) {
	topic := topic(face, "trim", 1, nil)
	value(face.Send(topic, numbered(10), "none", false))
	must(face.DeleteRecords(topic, 4))
	start, end, err := face.Bounds(topic)
	must(err)
	equal("start and end", []int64{start, end}, []int64{4, 10})
	equal("left", offsets(read(face, topic, Earliest, 6)), from(4, 10))
}
