// franz: the checks with franz-go.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"corelane/interop/checks"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

type face struct {
	admin *kadm.Client
	// patience ends with the time that all checks may take.
	patience context.Context
}

func main() {
	patience, cancel := context.WithTimeout(context.Background(), 5*checks.Patience)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(checks.Bootstrap()))
	if err != nil {
		panic(err)
	}
	checks.Run(face{kadm.NewClient(client), patience})
}

// told turns the broker's refusal into its code.
func told(err error) error {
	var refusal *kerr.Error
	if errors.As(err, &refusal) {
		return fmt.Errorf("%w: %w", checks.Refused(refusal.Code), err)
	}
	return err
}

func (face) Name() string               { return "franz-go" }
func (face) LeftOut() map[string]string { return nil }

func (face face) Brokers() ([]string, error) {
	var addresses []string
	found, err := face.admin.ListBrokers(face.patience)
	for _, broker := range found {
		addresses = append(addresses, fmt.Sprintf("%s:%d", broker.Host, broker.Port))
	}
	return addresses, err
}

func (face face) Topics() (map[string]bool, error) {
	names := map[string]bool{}
	found, err := face.admin.ListTopics(face.patience)
	for name := range found {
		names[name] = true
	}
	return names, err
}

func (face face) Leaders(topic string) (int, error) {
	found, err := face.admin.ListTopics(face.patience, topic)
	count := 0
	for _, partition := range found[topic].Partitions {
		if partition.Leader >= 0 {
			count++
		}
	}
	return count, err
}

func (face face) Create(topic string, partitions int, configs map[string]string) error {
	pointers := map[string]*string{}
	for key, value := range configs {
		pointers[key] = &value
	}
	_, err := face.admin.CreateTopic(face.patience, int32(partitions), 1, pointers, topic)
	return told(err)
}

func (face face) Grow(topic string, partitions int) error {
	answers, err := face.admin.UpdatePartitions(face.patience, partitions, topic)
	if err == nil {
		err = answers.Error()
	}
	return told(err)
}

func (face face) Delete(topic string) error {
	_, err := face.admin.DeleteTopic(face.patience, topic)
	return told(err)
}

func (face face) Config(topic, key string) (string, error) {
	found, err := face.admin.DescribeTopicConfigs(face.patience, topic)
	if err != nil {
		return "", err
	}
	for _, config := range found[0].Configs {
		if config.Key == key {
			return config.MaybeValue(), nil
		}
	}
	return "", fmt.Errorf("no key %s", key)
}

func (face face) Alter(topic, key, value string) error {
	change := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: key, Value: &value}}
	answers, err := face.admin.AlterTopicConfigs(face.patience, change, topic)
	if err == nil {
		err = answers[0].Err
	}
	return told(err)
}

var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

func (face face) Send(
	topic string, records []checks.Record, codec string, idempotent bool,
) ([]int64, error) {
	options := []kgo.Opt{
		kgo.SeedBrokers(checks.Bootstrap()), kgo.ProducerBatchCompression(codecs[codec]),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(5 * time.Millisecond),
	}
	if !idempotent {
		// More requests in flight than one would reorder on a retry.
		options = append(options, kgo.DisableIdempotentWrite(),
			kgo.MaxProduceRequestsInflightPerBroker(1))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	sent := make([]*kgo.Record, len(records))
	for n, record := range records {
		sent[n] = &kgo.Record{
			Topic: topic, Key: record.Key, Value: record.Value, Timestamp: time.UnixMilli(record.Time),
		}
		for _, header := range record.Headers {
			sent[n].Headers = append(sent[n].Headers, kgo.RecordHeader(header))
		}
	}
	offsets := make([]int64, len(records))
	for n, result := range client.ProduceSync(face.patience, sent...) {
		if result.Err != nil {
			return nil, told(result.Err)
		}
		offsets[n] = result.Record.Offset
	}
	return offsets, nil
}

type reader struct {
	client   *kgo.Client
	patience context.Context
}

func (face face) Reader(topic string, at int64) (checks.Reader, error) {
	offset := kgo.NewOffset().At(at)
	switch at {
	case checks.Earliest:
		offset = kgo.NewOffset().AtStart()
	case checks.Latest:
		// The client asks for the end only when it polls, which may be after the next record.
		_, end, err := face.Bounds(topic)
		if err != nil {
			return nil, err
		}
		offset = kgo.NewOffset().At(end)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(checks.Bootstrap()), kgo.ConsumePartitions(
		map[string]map[int32]kgo.Offset{topic: {0: offset}}))
	return reader{client, face.patience}, err
}

func (reader reader) Take(count int) ([]checks.Record, error) {
	var taken []checks.Record
	deadline, cancel := context.WithTimeout(reader.patience, checks.Patience)
	defer cancel()
	for len(taken) < count {
		fetches := reader.client.PollFetches(deadline)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("%d of %d records: %w", len(taken), count, err)
		}
		for _, one := range fetches.Records() {
			record := checks.Record{
				Key: one.Key, Value: one.Value, Offset: one.Offset, Time: one.Timestamp.UnixMilli(),
			}
			for _, header := range one.Headers {
				record.Headers = append(record.Headers, checks.Header(header))
			}
			taken = append(taken, record)
		}
	}
	return taken, nil
}

func (reader reader) Close() { reader.client.Close() }

func (face face) Bounds(topic string) (int64, int64, error) {
	start, err := face.admin.ListStartOffsets(face.patience, topic)
	if err != nil {
		return 0, 0, err
	}
	end, err := face.admin.ListEndOffsets(face.patience, topic)
	return start[topic][0].Offset, end[topic][0].Offset, err
}

func (face face) AtTime(topic string, time int64) (int64, error) {
	found, err := face.admin.ListOffsetsAfterMilli(face.patience, time, topic)
	// kadm answers with the end of the partition, and no time, when no record is so late.
	if err == nil && found[topic][0].Timestamp < 0 {
		return -1, nil
	}
	return found[topic][0].Offset, err
}

func (face face) DeleteRecords(topic string, before int64) error {
	offsets := kadm.Offsets{}
	offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: before})
	answers, err := face.admin.DeleteRecords(face.patience, offsets)
	if err == nil {
		err = answers.Error()
	}
	return told(err)
}
